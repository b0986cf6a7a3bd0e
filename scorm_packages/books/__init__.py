"""A course as a book: what EPUB and PDF print of it, before either gives it its form."""
