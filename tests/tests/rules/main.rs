//! Every rule as a situation, and beside it the nearest innocent look-alike that it must not name. The expectations in
//! the margins are written from RFC 9293 and the contract, not from what synfin says.

mod attempts;
mod crowd;
mod early;
mod figures;
mod giveup;
mod http_close;
mod icmp;
mod json;
mod keepalive;
mod midstream;
mod oddities;
mod opening;
mod opening_failed;
mod registry;
mod resent;
mod reset;
mod reuse;
mod split;
mod strays;
mod teardown;
mod teardown_more;
mod verdicts;
mod violations;
mod window;

use synfin_tests::told::tell;
