//! Every rule as a situation, and beside it the nearest innocent look-alike that it must not name. The expectations in
//! the margins are written from RFC 9293 and the contract, not from what synfin says.

mod attempts;
mod figures;
mod giveup;
mod http_close;
mod icmp;
mod injected;
mod json;
mod keepalive;
mod loss;
mod midstream;
mod mtu;
mod oddities;
mod opening;
mod opening_failed;
mod order;
mod registry;
mod resent;
mod reset;
mod reuse;
mod teardown;
mod teardown_more;
mod verdicts;
mod violations;
mod window;

use synfin_tests::told::tell;
