# Compiled as it stands: nothing here is typed, but every custom Function passes through.
