//! Situations, written as the records that each side sends.
