//! What the tests of synfin share: the language that turns written situations into frames, the committed
//! captures, the program, and other dissectors' opinions.

pub mod captures;
pub mod program;
pub mod script;
