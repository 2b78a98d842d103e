"""Side-by-side measurements: rushlight and its peers run the same programs in the same minute."""
