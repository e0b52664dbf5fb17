//! What kind of traffic, and how much.

pub(crate) const USAGE: &str = "\
usage: gen MODE OUT.pcap [key=value ...]        (OUT '-' is standard output)

modes
  short      one GET and one 200 per connection, 3-segment handshake, varied closes
  bulk       few connections, one large response each, full-size segments
  synflood   lone SYNs, every one from another 4-tuple
  keepalive  few connections with many small exchanges, chunked and pipelined
  mix        all of the above together

keys (defaults depend on the mode)
  seed=1           any u64
  conns=N          connections to start (synflood: SYNs)
  packets=N        start no further connection once N packets are written
  concurrency=N    connections open at the same time
  body=MIN-MAX     response body bytes
  txns=MIN-MAX     exchanges per connection
  chunked=PCT      share of responses with Transfer-Encoding: chunked
  pipeline=N       most requests sent before their first response
  loss=PERMILLE    bursts with a retransmitted or reordered segment
  variants=0|1     unusual handshakes and closes (RST, refused, half-open, ...)
  ipv6=PCT vlan=PCT  share of connections
  nano=0|1         nanosecond magic number
";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Short,
    Bulk,
    SynFlood,
    KeepAlive,
    Mix,
}

impl Mode {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "short" => Self::Short,
            "bulk" => Self::Bulk,
            "synflood" => Self::SynFlood,
            "keepalive" => Self::KeepAlive,
            "mix" => Self::Mix,
            _ => return None,
        })
    }
}

/// The keys of [`USAGE`].
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    pub(crate) seed: u64,
    pub(crate) connections: u64,
    pub(crate) packets: u64,
    pub(crate) concurrency: u64,
    pub(crate) body: (u64, u64),
    pub(crate) exchanges: (u64, u64),
    pub(crate) chunked: u64,
    pub(crate) pipeline: u64,
    pub(crate) loss: u64,
    pub(crate) variants: bool,
    pub(crate) ipv6: u64,
    pub(crate) vlan: u64,
    pub(crate) nano: bool,
}

impl Options {
    pub(crate) fn of(mode: Mode) -> Self {
        let short = Self {
            mode,
            seed: 1,
            connections: 10_000,
            packets: u64::MAX,
            concurrency: 4000,
            body: (1_000, 20_000),
            exchanges: (1, 1),
            chunked: 0,
            pipeline: 1,
            loss: 5,
            variants: true,
            ipv6: 0,
            vlan: 0,
            nano: false,
        };
        match mode {
            Mode::Short => short,
            Mode::Bulk => Self {
                connections: 32,
                concurrency: 8,
                body: (4_000_000, 40_000_000),
                variants: false,
                ..short
            },
            Mode::SynFlood => Self {
                connections: 1_000_000,
                concurrency: 1,
                ..short
            },
            Mode::KeepAlive => Self {
                connections: 64,
                concurrency: 16,
                body: (20, 1_200),
                exchanges: (500, 2_000),
                chunked: 50,
                pipeline: 4,
                loss: 1,
                variants: false,
                ..short
            },
            Mode::Mix => Self {
                chunked: 20,
                pipeline: 4,
                ipv6: 30,
                vlan: 20,
                ..short
            },
        }
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let number = || {
            let digits = value.replace('_', "");
            digits
                .parse::<u64>()
                .map_err(|error| format!("{key}={value}: {error}"))
        };
        let span = || {
            let (low, high) = value.split_once('-').unwrap_or((value, value));
            match (low.parse(), high.parse()) {
                (Ok(low), Ok(high)) if low <= high => Ok((low, high)),
                _ => Err(format!("{key}={value}: want MIN-MAX")),
            }
        };
        match key {
            "seed" => self.seed = number()?,
            "conns" => self.connections = number()?,
            "packets" => {
                self.packets = number()?;
                self.connections = u64::MAX;
            }
            "concurrency" => self.concurrency = number()?.max(1),
            "body" => self.body = span()?,
            "txns" => self.exchanges = span()?,
            "chunked" => self.chunked = number()?,
            "pipeline" => self.pipeline = number()?.max(1),
            "loss" => self.loss = number()?,
            "variants" => self.variants = number()? != 0,
            "ipv6" => self.ipv6 = number()?,
            "vlan" => self.vlan = number()?,
            "nano" => self.nano = number()? != 0,
            _ => return Err(format!("unknown key '{key}'")),
        }
        Ok(())
    }
}
