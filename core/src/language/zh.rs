//! The sentences in Chinese, in the vocabulary of the Chinese textbooks. A space stands between Chinese and Latin
//! letters or digits, none beside full-width punctuation.

use super::Language;
use super::messages::{
    AckOf, CloseDoubt, CloseStep, Exchange, Flaw, Killed, Messages, OpeningDoubt, Place, RoundTrip,
    RoundTripDoubt, SynAckOf,
};
use super::pieces::folded;
use crate::connection::Close;
use crate::display::{Duration, foreign};
use crate::rule::Rule;
use crate::tls::{Tls, TlsAlert, TlsAlertSeen, TlsEarlyData, TlsResumption};
use crate::words::{Cause, CloseVerdict, Closer, Confidence, HandshakeVerdict};
use crate::{Side, Sides};

pub(super) struct Chinese;

/// `帧 2`, `帧 2、3、5`, `帧 12-17`.
fn frames(frames: &[u64]) -> String {
    let list = folded(frames);
    let more = if list.more { " 等" } else { "" };
    format!("帧 {}{more}", list.pieces.join("、"))
}

const fn name(by: Closer) -> &'static str {
    match by {
        Closer::Initiator => "发起方",
        Closer::Responder => "响应方",
        Closer::Both => "双方",
        Closer::Network => "主机之间的某个设备",
        Closer::Nobody => "一方",
    }
}

const fn peer_name(by: Closer) -> &'static str {
    match by {
        Closer::Initiator => "响应方",
        Closer::Responder => "发起方",
        _ => "另一方",
    }
}

const fn side_name(side: Side) -> &'static str {
    side.label(Language::Chinese)
}

fn doubted(sure: Confidence, why: &str) -> String {
    let sure = match sure {
        Confidence::Guess => "这只是猜测",
        _ => "很可能如此，但不能确定",
    };
    format!("{sure}：{why}。")
}

fn numbered(isn: Option<u32>) -> String {
    isn.map_or_else(String::new, |isn| format!("，初始序列号 {isn}"))
}

impl Messages for Chinese {
    fn gap(&self) -> &'static str {
        ""
    }

    fn brackets(&self, rule: Option<&str>, rfc: &str) -> String {
        match rule {
            Some(rule) => format!("[{rule}，{rfc}]"),
            None => format!("[{rfc}]"),
        }
    }

    fn reference(&self, rfc: &str) -> String {
        [
            ("capture artefact", "捕获所致"),
            ("figure ", "图 "),
            ("group 1", "第 1 组"),
            ("fifth", "第五步"),
            ("eighth", "第八步"),
            (" and ", " 和 "),
            (", ", "、"),
            ("; ", "；"),
        ]
        .into_iter()
        .fold(rfc.to_owned(), |rfc, (english, chinese)| {
            rfc.replace(english, chinese)
        })
    }

    fn certain(&self, evidence: &[u64]) -> String {
        if evidence.is_empty() {
            "这是确定的。".to_owned()
        } else {
            format!("这是确定的，依据{}。", frames(evidence))
        }
    }

    fn who_by_syn(&self, src: &str, dst: &str, frame: u64) -> String {
        format!("{src} 是发起方：它在帧 {frame} 中向响应方 {dst} 发送了 SYN。")
    }

    fn who_by_syn_ack(&self, src: &str, dst: &str, frame: u64) -> String {
        format!("{src} 视为发起方：帧 {frame} 中 {dst} 的 SYN-ACK 是发给它的。")
    }

    fn who_by_evidence(&self, src: &str, dst: &str) -> String {
        format!(
            "{src} 视为发起方，{dst} 视为响应方。没有 SYN 或 SYN-ACK 可以证明这一点；依据是请求、端口号或最先发送的一方。"
        )
    }

    fn handshake(&self, verdict: HandshakeVerdict, confidence: Confidence) -> &'static str {
        match (verdict, confidence) {
            (HandshakeVerdict::None, _) => "没有打开任何连接，捕获到的内容也不属于任何连接。",
            (HandshakeVerdict::Unseen, _) => "捕获中没有握手过程，但连接确实存在。",
            (HandshakeVerdict::Complete, _) => "三次握手已完成：双方的 SYN 都得到了确认。",
            (HandshakeVerdict::Simultaneous, _) => {
                "双方同时打开了连接：两个 SYN 交错而过，并且各自得到了确认。"
            }
            (HandshakeVerdict::Split, _) => "握手已完成，但被拆分：响应方把 ACK 和 SYN 分开发送。",
            (HandshakeVerdict::BadAck, _) => {
                "握手失败：有一个确认不对应任何已发出的 SYN，其后也没有出现正确的确认。"
            }
            (HandshakeVerdict::Refused, Confidence::Certain) => "连接被拒绝：响应方用 RST 应答了 SYN。",
            (HandshakeVerdict::Refused, _) => "连接看来被拒绝了。",
            (HandshakeVerdict::Aborted, _) => "发起方放弃了自己的连接尝试。",
            (HandshakeVerdict::Unreachable, _) => "无法到达响应方：SYN 引来了 ICMP 差错报文。",
            (HandshakeVerdict::HalfOpen, _) => "连接停留在半开状态：响应方的 SYN-ACK 始终没有得到确认。",
            (HandshakeVerdict::NoAnswer, _) => "SYN 始终没有得到应答。",
            (HandshakeVerdict::Pending, _) => "捕获结束得太早，无法判断握手的结果。",
        }
    }

    fn opening_doubt(&self, sure: Confidence, doubt: &OpeningDoubt) -> String {
        let why = match doubt {
            OpeningDoubt::Missing(steps) => {
                let steps: Vec<&str> = steps
                    .iter()
                    .map(|rule| match rule {
                        Rule::O1 => "SYN",
                        Rule::O2 => "SYN-ACK",
                        _ => "对 SYN-ACK 的 ACK",
                    })
                    .collect();
                &format!("{} 不在捕获中；这是由后续报文段的序号推断的", steps.join("、"))
            }
            OpeningDoubt::SomethingMissing => "它所依据的内容没有全部捕获到",
            OpeningDoubt::NothingElseCaptured => "可能有一个连接存在，只是其他内容都没有捕获到",
            OpeningDoubt::RstWithoutAck => "这个 RST 不带 ACK，发起方本应忽略它；然而发起方此后却没有了动静",
            OpeningDoubt::ScanOrOldSyn => "这些报文段既像有意的扫描，也像旧的重复 SYN",
            OpeningDoubt::AnotherReading => "捕获到的内容也可以有别的解释",
        };
        doubted(sure, why)
    }

    fn syn(&self, frame: u64, isn: Option<u32>) -> String {
        format!("帧 {frame}：第一次握手，SYN{}。", numbered(isn))
    }

    fn other_syn(&self, frame: u64, isn: u32) -> String {
        format!("帧 {frame}：另一方的 SYN{}。", numbered(Some(isn)))
    }

    fn syn_ack(&self, frame: u64, of: SynAckOf, isn: Option<u32>) -> String {
        let isn = numbered(isn);
        match of {
            SynAckOf::CrossedSyn => format!("帧 {frame}：SYN-ACK，确认了另一方的 SYN。"),
            SynAckOf::Syn => format!("帧 {frame}：第二次握手，SYN-ACK{isn}，确认了 SYN。"),
            SynAckOf::UncapturedSyn => {
                format!("帧 {frame}：第二次握手，SYN-ACK{isn}；捕获中没有 SYN。")
            }
        }
    }

    fn handshake_ack(&self, frame: u64, of: AckOf) -> String {
        match of {
            AckOf::SynAck { with_data } => {
                let data = if with_data { "，携带数据" } else { "" };
                format!("帧 {frame}：第三次握手，ACK{data}，确认了 SYN-ACK，双方都已打开。")
            }
            AckOf::UncapturedSynAck => {
                format!("帧 {frame}：第三次握手，它所确认的 SYN-ACK 不在捕获中；双方都已打开。")
            }
        }
    }

    fn unusual(&self, rule: Rule, place: Place, evidence: &[u64]) -> String {
        let until = match place {
            Place::In | Place::At => "",
            Place::By => "截至",
        };
        format!(
            "{}（{until}{}）。{}",
            rule.name_in(Language::Chinese),
            frames(evidence),
            rule.meaning_in(Language::Chinese)
        )
    }

    fn rules_omitted(&self, more: u64) -> String {
        format!("规则列表已满：另有 {more} 次命中没有在此说明。")
    }

    fn evicted(&self) -> String {
        "连接表已满，这个连接在结束之前就被移出；其后的内容算作另一个连接。".to_owned()
    }

    fn amount(&self, bytes: Sides<u64>, segments: Sides<u64>, again: Sides<u64>) -> String {
        let amount = format!(
            "发起方用 {} 个报文段发送了 {} 字节，响应方用 {} 个报文段发送了 {} 字节。",
            segments.initiator, bytes.initiator, segments.responder, bytes.responder,
        );
        match (again.initiator, again.responder) {
            (0, 0) => amount,
            (own, 0) => format!("{amount}其中重传：发起方 {own} 个报文段。"),
            (0, own) => format!("{amount}其中重传：响应方 {own} 个报文段。"),
            (one, other) => {
                format!("{amount}其中重传：发起方 {one} 个报文段，响应方 {other} 个报文段。")
            }
        }
    }

    fn exchange(&self, exchange: &Exchange) -> String {
        let request = match &exchange.request {
            Some(request) => {
                let body = request
                    .body
                    .map_or_else(String::new, |len| format!("，消息体 {len} 字节"));
                format!("{}（帧 {}{body}）", request.line, request.frame)
            }
            None => "请求未被捕获的响应".to_owned(),
        };
        let response = exchange.response.map_or_else(
            || "没有应答".to_owned(),
            |response| {
                let status = response.status.map_or_else(
                    || "状态码无法读取".to_owned(),
                    |status| format!("状态码 {status}"),
                );
                format!("{status}（帧 {}），消息体 {} 字节", response.frame, response.body)
            },
        );
        let flaw = match exchange.flaw {
            None => "",
            Some(Flaw::Incomplete) => "；这次交互没有完成",
            Some(Flaw::Gap) => "；其中有字节没有捕获到",
            Some(Flaw::Cut) => "；其内容被 snaplen 截短",
            Some(Flaw::Reset) => "；这次交互被复位打断",
        };
        format!("{request}：{response}{flaw}。")
    }

    fn tls(&self, tls: &Tls) -> String {
        let mut words = match tls.version {
            Some(version) => version.to_string(),
            None => "TLS".to_owned(),
        };
        if let Some(cipher) = tls.cipher {
            words += &format!("，密码套件 {cipher}");
        }
        if let Some(host) = &tls.server_name {
            words += &format!("，主机 {}", foreign(host));
        }
        if let Some(alpn) = &tls.alpn {
            words += &format!("，应用协议 {}", foreign(alpn));
        }
        words += match tls.resumption {
            Some(TlsResumption::SessionId) => "；以会话 ID 恢复了先前的会话",
            Some(TlsResumption::Ticket) => "；以票据恢复了先前的会话",
            Some(TlsResumption::Psk) => "；以预共享密钥恢复了先前的会话",
            None => "",
        };
        words += match tls.early_data {
            Some(TlsEarlyData::Offered) => "；客户端提供了早期数据",
            Some(TlsEarlyData::Accepted) => "；服务器接受了早期数据",
            Some(TlsEarlyData::Rejected) => "；服务器没有接受早期数据",
            None => "",
        };
        if tls.server_hello_frame.is_none() {
            words += if tls.client_hello_frame.is_some() {
                "；没有捕获到 ServerHello"
            } else {
                "；没有捕获到双方的 hello"
            };
        }
        words + "。"
    }

    fn tls_alert(&self, alert: &TlsAlertSeen) -> String {
        let (frame, by) = (alert.frame, side_name(alert.by));
        match (alert.name, alert.number) {
            (TlsAlert::Encrypted, _) if alert.confidence == Confidence::Certain => {
                format!("帧 {frame}：{by}发送了一个加密的 TLS 告警。")
            }
            (TlsAlert::Encrypted, _) => format!("帧 {frame}：{by}发送了一个从长度看是加密 TLS 告警的记录。"),
            (TlsAlert::Unknown, Some(number)) => {
                format!("帧 {frame}：{by}发送了编号为 {number} 的 TLS 告警。")
            }
            (name, _) => format!("帧 {frame}：{by}发送了 TLS 告警 {name}。"),
        }
    }

    fn more_exchanges(&self, more: u64) -> String {
        format!("其后还有 {more} 次 HTTP 交互。")
    }

    fn close(&self, close: &Close) -> String {
        let (by, peer) = (name(close.by), peer_name(close.by));
        let resetter = close.reset_by.map_or("一方", side_name);
        match close.verdict {
            CloseVerdict::NotOpened if close.by == Closer::Nobody => {
                "连接从未打开，因此也无所谓关闭。".to_owned()
            }
            CloseVerdict::NotOpened => format!("连接从未打开；{by}终止了这次尝试。"),
            CloseVerdict::Simultaneous => "双方同时关闭：两个 FIN 交错而过，并且都得到了确认。".to_owned(),
            CloseVerdict::ThreeSegment => format!(
                "{by}先关闭，{peer}在确认它的同一个报文段中也关闭了，四次挥手因此只用了三个报文段。两个 FIN 都得到了确认。"
            ),
            CloseVerdict::FourWay => {
                format!("四次挥手：{by}先关闭，{peer}随后关闭。两个 FIN 都得到了确认。")
            }
            CloseVerdict::FinThenReset if close.reset_by.map(Closer::from) == Some(close.by) => {
                format!("{by}用 FIN 关闭，后来又复位了连接。")
            }
            CloseVerdict::FinThenReset => format!("{by}用 FIN 关闭，{resetter}复位了连接。"),
            CloseVerdict::Reset if close.by == Closer::Network => {
                format!("一个以{resetter}名义发出的 RST 结束了连接；没有任何一方发过 FIN。")
            }
            CloseVerdict::Reset => format!("{by}复位了连接；没有任何一方发过 FIN。"),
            CloseVerdict::Superseded => "一个新连接接管了这个地址端口对；没有捕获到关闭过程。".to_owned(),
            CloseVerdict::TimedOut => "连接在静默中被放弃：一再重发的内容始终没有得到应答。".to_owned(),
            CloseVerdict::Closing => {
                format!("{by}先关闭，{peer}也已关闭，但到捕获结束时，两个 FIN 没有都得到确认。")
            }
            CloseVerdict::HalfClosed => format!("{by}已关闭；到捕获结束时，{peer}还没有关闭。"),
            CloseVerdict::Open => "到捕获结束时，双方都没有关闭。".to_owned(),
        }
    }

    fn close_doubt(&self, sure: Confidence, doubt: CloseDoubt) -> String {
        let why = match doubt {
            CloseDoubt::UnexpectedNumber => "这个 RST 不在期望的序列号上，但它的接收方此后什么也没有发送",
            CloseDoubt::DataOnItsWay => "RST 到来时还有数据在途中，因此无法精确核对它的序列号",
            CloseDoubt::Silence => "只有静默说明了这一点，没有报文段可以证明",
            CloseDoubt::FinNotCaptured => "捕获中缺少一个 FIN；这是由比最后一个字节多一的确认号推断的",
        };
        doubted(sure, why)
    }

    fn close_step(&self, frame: u64, step: CloseStep, closer: Option<Side>) -> String {
        // Where nobody closed first, the textbook's numbers do not count the acts.
        let words = match (step, closer) {
            (CloseStep::FirstFin { with_data }, closer) => {
                let data = if with_data {
                    "，携带其最后的数据"
                } else {
                    ""
                };
                match closer {
                    Some(side) => format!("第一次挥手，{}的第一个 FIN{data}", side_name(side)),
                    None => format!("第一个 FIN{data}"),
                }
            }
            (CloseStep::AckOfFirst, Some(side)) => {
                format!("第二次挥手，{}对第一个 FIN 的 ACK", side_name(side.peer()))
            }
            (CloseStep::AckOfFirst, None) => "对第一个 FIN 的 ACK".to_owned(),
            (CloseStep::SecondFin, Some(side)) => {
                format!("第三次挥手，{}的第二个 FIN", side_name(side.peer()))
            }
            (CloseStep::SecondFin, None) => "第二个 FIN".to_owned(),
            (CloseStep::SecondFinWithAck, Some(side)) => format!(
                "第二次和第三次挥手合为一段，{}的第二个 FIN，同时确认了第一个",
                side_name(side.peer())
            ),
            (CloseStep::SecondFinWithAck, None) => "第二个 FIN，同时确认了第一个".to_owned(),
            (CloseStep::CrossedFin, _) => "第二个 FIN，其发送方发出它时还没有见到第一个".to_owned(),
            (CloseStep::AckOfSecond, Some(side)) => {
                format!("第四次挥手，{}对第二个 FIN 的 ACK", side_name(side))
            }
            (CloseStep::AckOfSecond, None) => "对第二个 FIN 的 ACK".to_owned(),
            (CloseStep::Reset, _) => "RST，被接受：连接到此结束".to_owned(),
        };
        format!("帧 {frame}：{words}。")
    }

    fn killed(&self, what: &Killed) -> String {
        match what {
            Killed::Request(line, frame) => {
                format!("RST 打断了 HTTP 交互 {line}（帧 {frame}）。")
            }
            Killed::Number(number) => format!("RST 打断了编号为 {number} 的 HTTP 交互。"),
        }
    }

    fn cause(&self, cause: Cause) -> (&'static str, &'static str) {
        match cause {
            Cause::PortClosed => ("没有程序监听这个端口", "防火墙也会发出同样的 RST"),
            Cause::RefusedPolicy => ("拒绝它的是过滤设备，不是主机本身", "主机自己也可能这样应答"),
            Cause::HttpConnectionClose => (
                "HTTP 用 Connection: close 宣告了关闭",
                "这个结局并不完全依据捕获到的报文段",
            ),
            Cause::Http10 => (
                "没有 keep-alive 的 HTTP/1.0 在响应之后结束连接",
                "这个结局并不完全依据捕获到的报文段",
            ),
            Cause::IdleTimeout => (
                "连接静默已久且没有未完成的事，如同空闲超时",
                "应用也可能因别的原因在此时关闭",
            ),
            Cause::Application => ("应用正常地关闭了连接", "流中没有任何内容宣告这次关闭"),
            Cause::AbortedByApplication => ("应用中止了连接，或没有关闭连接就退出了", "RST 不带原因"),
            Cause::UnreadData => (
                "关闭连接时，收到的数据还没有被读取",
                "应用是否读过这些数据，从捕获中看不出来",
            ),
            Cause::LateData => ("数据到达了已经关闭、不再读取的一方", "RST 不带原因"),
            Cause::RetransmissionGiveUp => ("发送方多次重传都没有得到确认，于是放弃", "也可能是应用先放弃了"),
            Cause::KeepAliveDead => ("保活探测没有得到应答", "也可能是应用先放弃了"),
            Cause::PeerLostState => (
                "一方已不认得这个连接，例如重启之后",
                "忘记了这个连接的 NAT 或防火墙也会这样应答",
            ),
            Cause::InjectedReset => ("主机之间的某个设备注入了 RST", "这些迹象也可以有正当的解释"),
            Cause::TlsCloseNotify => ("TLS 用 close_notify 宣告了结束", "这个告警是加密的"),
            Cause::TlsAlert => ("TLS 因告警而失败", "告警未必就是原因"),
            Cause::TlsTruncated => ("TLS 会话没有 close_notify 就被切断", "这个告警可能没有被捕获"),
            Cause::WebsocketClose => (
                "WebSocket 用关闭帧宣告了关闭",
                "这个结局并不完全依据捕获到的报文段",
            ),
            Cause::Unknown => ("不明；捕获中没有任何线索", ""),
        }
    }

    fn reason(&self, cause: Cause, by_goaway: bool, sure: Confidence) -> String {
        let (mut why, doubt) = self.cause(cause);
        if by_goaway {
            why = "HTTP/2 用 GOAWAY 宣告了关闭";
        }
        match sure {
            _ if cause == Cause::Unknown => format!("原因：{why}。"),
            Confidence::Certain => format!("原因：{why}。这是确定的。"),
            _ => format!("原因：{why}。{}", doubted(sure, doubt)),
        }
    }

    fn round_trip(&self, of: RoundTrip, crossed: bool, span: Duration) -> String {
        let RoundTrip { side, sent, answer } = of;
        let side = side_name(side);
        if crossed {
            format!("捕获点与{side}之间的往返时间为 {span}（从它的 SYN 到对它的应答）。")
        } else {
            format!("捕获点与{side}之间的往返时间为 {span}（从 {sent} 到 {answer}）。")
        }
    }

    fn round_trip_unknown(&self, of: RoundTrip, doubt: RoundTripDoubt) -> String {
        let RoundTrip { side, sent, .. } = of;
        let why = match doubt {
            RoundTripDoubt::SentAgain => {
                format!("{sent} 发送了不止一次，无从知道得到应答的是哪一个（Karn 算法）")
            }
            RoundTripDoubt::NotCaptured => format!("捕获中没有 {sent}"),
            RoundTripDoubt::SentAgainOrClock => {
                format!("{sent} 发送了不止一次，或者捕获时间出现了倒退")
            }
        };
        format!("捕获点与{}之间的往返时间未知：{why}。", side_name(side))
    }

    fn establish(&self, span: Duration) -> String {
        format!("从第一个 SYN 算起，建立连接用了 {span}。")
    }

    fn first_data_of(&self, side: Side, span: Duration) -> String {
        format!("{}的首批数据在第一帧之后 {span} 出现。", side_name(side))
    }

    fn first_data(&self, initiator: Duration, responder: Duration) -> String {
        format!("首批数据在第一帧之后 {initiator}（发起方）和 {responder}（响应方）出现。")
    }

    fn tls_times(
        &self,
        server_hello: Option<Duration>,
        handshake: Option<Duration>,
        data: Option<Duration>,
    ) -> String {
        let part = |what: &str, span: Option<Duration>| span.map(|span| format!("{what} {span}"));
        let parts = [
            part("到 ServerHello 为", server_hello),
            part("到握手完成为", handshake),
            part("到首个应用数据为", data),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("从 ClientHello 算起：{}。", parts.join("，"))
    }

    fn idle(&self, span: Duration) -> String {
        format!("在第一个 FIN 或 RST 之前，连接静默了 {span}。")
    }

    fn teardown(&self, span: Duration) -> String {
        format!("关闭用了 {span}。")
    }
}
