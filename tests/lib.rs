//! Nothing of its own: the tests of this package stand beside it.
