//! The words of the public contract as people read them: in English the contract's own, in Chinese these.

use super::Language;
use crate::explain::Topic;
use crate::http::{HttpProtocol, MessageState};
use crate::tls::{TlsAlertLevel, TlsEarlyData, TlsResumption, TlsStep};
use crate::websocket::CloseCode;
use crate::{
    Cause, CloseVerdict, Closer, Confidence, Ecn, FastOpen, FieldType, HandshakeVerdict, HttpMessage,
    IntegrityWord, MptcpOutcome, MptcpSubtype, OptionFault, OptionName, Order, Phase, ResetSign, RuleGroup,
    Severity, Side, State, Step, SynChange,
};

/// Gives each listed enum its `label`; the compiler sees to it that no word is missing.
macro_rules! chinese {
    ($($name:ident { $($variant:ident $word:literal),+ $(,)? })+) => {
        $(impl $name {
            /// The word for people; not part of the contract.
            #[must_use]
            pub const fn label(self, language: Language) -> &'static str {
                match language {
                    Language::English => self.as_str(),
                    Language::Chinese => match self { $(Self::$variant => $word),+ },
                }
            }
        })+

        /// Every word in Chinese, with its type and its word of the contract.
        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$($((stringify!($name), $name::$variant.as_str(), $word)),+),+];
    };
}

chinese! {
    Phase {
        Handshake "握手",
        Transfer "传输",
        Teardown "挥手",
        Closed "已关闭",
        Stray "游离",
    }
    // The textbook's numbers need no translation; their meanings are in `Step::meaning`.
    Step {
        Syn "1/3",
        SynAck "2/3",
        Ack "3/3",
        AckAndFirstFin "3/3,1/4",
        FirstFin "1/4",
        AckOfFirstFin "2/4",
        SecondFin "3/4",
        AckOfSecondFin "4/4",
        AckAndSecondFin "2+3/4",
    }
    // The names of RFC 9293 stay.
    State {
        Closed "CLOSED",
        Listen "LISTEN",
        SynSent "SYN-SENT",
        SynReceived "SYN-RECEIVED",
        Established "ESTABLISHED",
        FinWait1 "FIN-WAIT-1",
        FinWait2 "FIN-WAIT-2",
        CloseWait "CLOSE-WAIT",
        Closing "CLOSING",
        LastAck "LAST-ACK",
        TimeWait "TIME-WAIT",
        Unknown "未知",
    }
    Order {
        Retransmission "重传",
        SpuriousRetransmission "虚假重传",
        OutOfOrder "乱序",
        Duplicate "重复报文",
    }
    Confidence {
        Guess "猜测",
        Likely "很可能",
        Certain "确定",
    }
    HandshakeVerdict {
        None "无连接",
        Unseen "未捕获",
        Complete "已完成",
        Simultaneous "同时打开",
        Split "拆分握手",
        BadAck "确认号错误",
        Refused "被拒绝",
        Aborted "已放弃",
        Unreachable "不可达",
        HalfOpen "半开连接",
        NoAnswer "无应答",
        Pending "未定",
    }
    CloseVerdict {
        NotOpened "未建立",
        Simultaneous "同时关闭",
        ThreeSegment "三段挥手",
        FourWay "四次挥手",
        FinThenReset "FIN 后复位",
        Reset "复位",
        Superseded "被新连接取代",
        TimedOut "超时",
        Closing "挥手未完成",
        HalfClosed "半关闭",
        Open "未关闭",
    }
    Closer {
        Initiator "发起方",
        Responder "响应方",
        Both "双方",
        Network "网络",
        Nobody "无",
    }
    ResetSign {
        Ttl "TTL 不符",
        IpId "IP 标识不符",
        Options "选项不符",
        Window "窗口不符",
        DataAfter "其后仍有数据",
        Series "成串出现",
    }
    CloseCode {
        Normal "正常关闭",
        GoingAway "正在离开",
        ProtocolError "协议错误",
        UnsupportedData "不支持的数据",
        NoStatus "未给出状态码",
        Abnormal "异常关闭",
        InvalidPayload "无效的载荷数据",
        PolicyViolation "违反策略",
        TooBig "消息过大",
        MandatoryExtension "缺少必需的扩展",
        InternalError "内部错误",
        ServiceRestart "服务重启",
        TryAgainLater "稍后重试",
        BadGateway "网关错误",
        TlsHandshake "TLS 握手失败",
        Registered "由他方注册",
        Private "私有用途",
    }
    Cause {
        PortClosed "端口未监听",
        RefusedPolicy "策略拒绝",
        HttpConnectionClose "HTTP Connection: close",
        Http10 "HTTP/1.0 无长连接",
        IdleTimeout "空闲超时",
        Application "应用正常关闭",
        AbortedByApplication "应用中止",
        UnreadData "数据未读",
        LateData "数据迟到",
        RetransmissionGiveUp "重传失败放弃",
        KeepAliveDead "保活失败",
        PeerLostState "对端丢失连接状态",
        InjectedReset "注入的 RST",
        TlsCloseNotify "TLS 正常关闭",
        TlsAlert "TLS 告警",
        TlsTruncated "TLS 被截断",
        Unknown "原因不明",
        WebsocketClose "WebSocket 正常关闭",
    }
    Topic {
        Who "角色",
        Opening "建立",
        Unusual "异常",
        Transfer "数据",
        End "结束",
        Timing "时间",
    }
    RuleGroup {
        Sequence "时序",
        Protocol "协议",
        Security "安全",
    }
    Severity {
        Chat "正常",
        Note "注意",
        Warn "警告",
        Error "错误",
    }
    Side {
        Initiator "发起方",
        Responder "响应方",
    }
    HttpMessage {
        Request "请求",
        Response "响应",
    }
    IntegrityWord {
        Ok "完好",
        Cut "被截短",
        Malformed "格式错误",
        BadChecksum "校验和错误",
    }
    HttpProtocol {
        Http1 "HTTP",
        Http2 "HTTP/2",
        H2c "h2c",
        Websocket "WebSocket",
        Tls "TLS",
        Opaque "未识别",
    }
    TlsStep {
        ClientHello "1/4",
        ServerHello "2/4",
        ClientFinished "3/4",
        ServerFinished "4/4",
        ServerHelloAndFinished "2+4/4",
    }
    TlsResumption {
        SessionId "会话 ID",
        Ticket "会话票据",
        Psk "预共享密钥",
    }
    TlsEarlyData {
        Offered "已提供",
        Accepted "已接受",
        Rejected "被拒绝",
    }
    TlsAlertLevel {
        Warning "警告",
        Fatal "致命",
    }
    MessageState {
        Complete "完整",
        Incomplete "未完",
        Cut "被截短",
        Gap "有缺口",
        Reset "被复位打断",
    }
    Ecn {
        None "无",
        Classic "ECN",
        Accurate "精确 ECN",
    }
    FastOpen {
        Requested "已请求",
        Granted "已授予",
        Accepted "已接受",
        PartlyAccepted "部分接受",
        Ignored "被忽略",
        Dropped "已放弃",
        Unused "未使用",
    }
    MptcpSubtype {
        Capable "支持",
        Join "加入",
    }
    MptcpOutcome {
        Capable "支持",
        Fallback "退回普通 TCP",
        Joining "正在加入",
        Joined "已加入",
    }
    SynChange {
        EcnDropped "去掉 ECN",
        FastOpenDropped "去掉 Fast Open",
        OptionsDropped "去掉全部选项",
        Other "其他改动",
    }
    OptionName {
        WindowScale "窗口扩大",
        SackPermitted "允许 SACK",
        Timestamps "时间戳",
        FastOpen "Fast Open",
        Mptcp "MPTCP",
        Ao "TCP-AO",
        Md5 "MD5",
    }
    OptionFault {
        NotOffered "未曾提供",
        Missing "缺失",
        Mismatch "不一致",
    }
    FieldType {
        Unsigned "无符号整数",
        Bool "布尔",
        Text "文本",
        Frame "帧号",
        RelativeTime "相对时间",
        AbsoluteTime "绝对时间",
        Address "地址",
    }
}

impl Step {
    /// What the numbers stand for.
    #[must_use]
    pub const fn meaning(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Syn => ("SYN", "第一次握手"),
            Self::SynAck => ("SYN-ACK", "第二次握手"),
            Self::Ack => ("ACK of the SYN-ACK", "第三次握手"),
            Self::AckAndFirstFin => ("ACK of the SYN-ACK with the first FIN", "第三次握手兼第一次挥手"),
            Self::FirstFin => ("first FIN", "第一次挥手"),
            Self::AckOfFirstFin => ("ACK of the first FIN", "第二次挥手"),
            Self::SecondFin => ("second FIN", "第三次挥手"),
            Self::AckOfSecondFin => ("ACK of the second FIN", "第四次挥手"),
            Self::AckAndSecondFin => (
                "second FIN with the ACK of the first",
                "第二次与第三次挥手合为一段",
            ),
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

impl TlsStep {
    /// What the numbers stand for.
    #[must_use]
    pub const fn meaning(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::ClientHello => ("the client's hello", "客户端问候"),
            Self::ServerHello => ("the server's hello", "服务器问候"),
            Self::ClientFinished => ("the client's finish", "客户端完成"),
            Self::ServerFinished => ("the server's finish", "服务器完成"),
            Self::ServerHelloAndFinished => ("the server's hello and finish", "服务器问候并完成"),
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::ALL;

    /// Names that Chinese readers know by these letters.
    const NAMES: [&str; 10] = [
        "HTTP Connection: close",
        "HTTP",
        "HTTP/2",
        "h2c",
        "WebSocket",
        "TLS",
        "ECN",
        "Fast Open",
        "MPTCP",
        "MD5",
    ];

    #[test]
    fn words_are_chinese_and_differ_within_their_type() {
        let mut seen = HashSet::new();
        for &(of, word, chinese) in ALL {
            let han = chinese.chars().any(crate::language::is_han);
            let kept = NAMES.contains(&chinese)
                || chinese == "TCP-AO"
                || matches!(of, "State" | "Step" | "TlsStep") && chinese == word;
            assert!(han || kept, "{of} {word}: {chinese}");
            assert!(seen.insert((of, chinese)), "{of} {word}: {chinese} twice");
            assert!(!chinese.contains(['，', '。', '；']), "{of} {word}: {chinese}");
        }
    }
}
