"""Stands where scikit-learn, which the tests do not need, is not: pictures of its digits' shape."""
