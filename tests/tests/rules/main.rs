//! Every rule as a situation, and beside it the nearest innocent look-alike that it must not name. The expectations in
//! the margins are written from RFC 9293 and the contract, not from what synfin says.

mod attempts;
mod before_syn_ack;
mod behind_proxy;
mod challenge;
mod crowd;
mod discovery;
mod early;
mod fast_open;
mod figures;
mod giveup;
mod http2;
mod http_close;
mod http_deviations;
mod http_pairing;
mod icmp;
mod identity;
mod injected;
mod json;
mod keepalive;
mod loss;
mod midstream;
mod mtu;
mod multipath;
mod oddities;
mod opening;
mod opening_failed;
mod options;
mod order;
mod protection;
mod registry;
mod resent;
mod reset;
mod reuse;
mod split;
mod strays;
mod teardown;
mod teardown_more;
mod timing;
mod tls;
mod verdicts;
mod violations;
mod websocket;
mod window;

use synfin_tests::told::tell;
