//! Chinese, in simplified characters; the terms are those of 《TCP/IP 详解》.

use std::io::{self, ErrorKind};

use synfin::capture::CaptureError;

use super::Language;
use super::messages::{
    Bodies, Bounds, Connections, Explain, Http, IcmpNames, Input, Ladder, Long, Messages, Packets, Page,
    Summary, Tables, Tls,
};

pub(super) static CHINESE: Messages = Messages {
    language: Language::Chinese,
    comma: "，",
    list_comma: "、",
    colon: "：",
    semicolon: "；",
    no_connections: "没有 TCP 连接",
    which_connection: |total| {
        format!(
            "共有 {total} 个连接：请用 --connection N 指定，编号 0 至 {}（`synfin connections` 可列出全部）",
            total.saturating_sub(1)
        )
    },
    no_such_connection: |number, total| {
        let held = match total {
            0 => "没有任何连接".to_owned(),
            1 => "只有一个连接，编号 0".to_owned(),
            _ => format!("共有 {total} 个连接，编号 0 至 {}", total - 1),
        };
        format!("没有连接 {number}：捕获中{held}")
    },
    cannot_write: |error| format!("无法写入：{}", io_error(error)),
    cannot_write_to: |name, error| format!("无法写入 {name}：{}", io_error(error)),
    is_read: |name| format!("{name} 正是要读取的文件：不覆盖"),
    explain: EXPLAIN,
    tables: TABLES,
    packets: PACKETS,
    tls: TLS,
    connections: CONNECTIONS,
    long: LONG,
    http: HTTP,
    bodies: BODIES,
    summary: SUMMARY,
    ladder: LADDER,
    page: PAGE,
    input: INPUT,
};

const EXPLAIN: Explain = Explain {
    rule_labels: ["级别", "类别", "出处", "含义", "条件"],
    rule_near: |id, name| format!("{id}（{name}）"),
    no_rule: |asked| format!("没有规则“{asked}”；`synfin rules` 列出全部规则"),
    no_rule_but: |asked, near| format!("没有规则“{asked}”；相近的有：{near}"),
    topic: |topic| topic.label(Language::Chinese),
    connection: |number, [src, dst], [first, last], span| {
        format!("连接 {number}：{src} → {dst}，帧 {first}-{last}，{span}")
    },
};

const TABLES: Tables = Tables {
    rules: ["编号", "级别", "名称", "条件"],
    gap: "",
    fields: ["字段", "类型", "属于", "单位", "含义"],
    owners: ["两者", "报文段", "第二遍", "连接"],
    unit: |unit| match unit {
        "bytes" => "字节",
        "segments" => "报文段",
        "bits" => "位",
        unit => unit,
    },
};

const PACKETS: Packets = Packets {
    headings: [
        "帧",
        "时间",
        "连接",
        "标志",
        "序号",
        "确认号",
        "长度",
        "步骤",
        "发起方",
        "响应方",
        "说明",
    ],
    no_such_segments: "没有符合条件的 TCP 报文段",
    no_segments: "没有 TCP 报文段",
    many_connections: |count| format!("共有 {count} 个连接：请用 `synfin connections FILE` 查看"),
    data: "数据",
    keep_alive_answer: "保活应答",
    keep_alive_probe: "保活探测",
    zero_window: "零窗口",
    zero_window_probe_or_end: "零窗口探测或零窗口解除",
    ack_of_lost: "确认了漏捕的字节",
    out_of_order: "乱序",
    needless: "不必要",
    again_uncaptured: "重传，首次发送未捕获",
    duplicate: "重复",
    ack_of: |to, frame, since| add!(to, "{since} 后确认帧 {frame}"),
    answers: |to, frame, since| add!(to, "{since} 后应答帧 {frame}"),
    first_sent: |to, frame| add!(to, "首次发送于帧 {frame}"),
    again_after: |to, since| add!(to, "，{since} 后重发"),
    interim_response: "HTTP 临时响应",
    more_of: |to, message| add!(to, "{message} 的后续部分"),
    end_of: |to, message| add!(to, "{message} 的末尾"),
    request_in: |to, frame| add!(to, "，响应帧 {frame} 的请求"),
    answered_in: |to, frame| add!(to, "，响应在帧 {frame}"),
    not_answered: "，无响应",
};

const TLS: Tls = Tls {
    data: "TLS 数据",
    step: |step| format!("TLS 步骤 {step}"),
    alert: |name| format!("TLS 告警 {name}"),
    alert_of: |name, by, frame| format!("{name}，{by}，帧 {frame}"),
    alert_label: "TLS 告警",
    alpn_offered: |names| format!("提供的 ALPN：{names}"),
    resumed: |by| format!("以{by}恢复会话"),
    early_data: |state| format!("早期数据{state}"),
    server_hello_after: |span| format!("{span} 后 ServerHello"),
    handshake_after: |span| format!("{span} 后握手完成"),
    data_after: |span| format!("{span} 后首个数据"),
    no_version: "版本未知",
};

const CONNECTIONS: Connections = Connections {
    headings: [
        "#",
        "发起方",
        "响应方",
        "帧",
        "时长",
        "RTT",
        "报文段",
        "字节",
        "握手",
        "关闭",
        "关闭方",
        "原因",
        "HTTP",
    ],
    sure: |verdict, confidence| format!("{verdict}（{confidence}）"),
    handshake: |verdict| format!("握手：{verdict}"),
    of_side: |side, rtt| format!("{side} {rtt}"),
    round_trip: |sides| format!("（往返时间：{sides}）"),
    closed: |verdict| format!("关闭：{verdict}"),
    cause: |cause, confidence| format!("，原因：{cause}（{confidence}）"),
    by: |who| format!("，关闭方为{who}"),
    in_the_name_of: |side| format!("，冒用{side}名义"),
    reset_by: |side| format!("，由{side}复位"),
    network_as: |side| format!("网络，冒用{side}名义"),
    by_and_reset_by: |who, side| format!("{who}，由{side}复位"),
    no_status: "无状态码",
    no_answer: "无应答",
    and_more: |count| format!("，另有 {count} 个"),
};

const LONG: Long = Long {
    from: "起始",
    handshake: "握手",
    close: "关闭",
    cause: "原因",
    protocol: "协议",
    real_client: "真实客户端",
    streams: |count| format!("{count} 个流"),
    told_by: |told, by, frame| format!("{told}，由{by}发送，帧 {frame}"),
    icmp_error: "ICMP 差错",
    syn_again: "重发的 SYN",
    option_fault: "选项错误",
    rules: "规则",
    span: |connection| {
        format!(
            "{}，历时 {}，帧 {}-{}",
            connection.start,
            crate::text::Duration(connection.duration_ns),
            connection.first_frame,
            connection.last_frame
        )
    },
    rtt_to_responder: |rtt| format!("；到响应方的往返时间 {rtt}"),
    rtt_to_initiator: |rtt| format!("；到发起方 {rtt}"),
    established_after: |time| format!("；{time} 后建立"),
    silent_before: |time| format!("；此前静默 {time}"),
    took: |time| format!("；耗时 {time}"),
    foreign_reset: |signs| format!("；RST 出自第三者，依据：{signs}"),
    zeek: |state, history, originator| format!("{state} {history}（originator：{originator}）"),
    icmp: |icmp| {
        format!(
            "{} × 类型 {} 代码 {}，来自 {}，关于{}的报文段，帧 {}-{}",
            icmp.count,
            icmp.kind,
            icmp.code,
            icmp.from,
            icmp.direction.label(Language::Chinese),
            icmp.first_frame,
            icmp.last_frame
        )
    },
    segments: "报文段",
    bytes: "字节",
    sent_again: "重传",
    needlessly: "其中不必要的",
    out_of_order: "乱序",
    captured_twice: "重复捕获",
    gaps: "捕获缺口",
    gap_bytes: "未捕获的字节",
    first_byte: "首字节时间",
    isn: "初始序列号",
    window_scale: "窗口扩大因子",
    sack: "允许 SACK",
    timestamps: "时间戳",
    md5: "MD5 签名",
    ao_key: "TCP-AO 密钥",
    user_timeout: "用户超时",
    agreed: "已商定",
    not_agreed: "未商定",
    yes: "是",
    no: "否",
    fault_in: |option, fault, frame| format!("帧 {frame} 中 {option} {fault}"),
    frames: |list, _| format!("，帧 {list}"),
    and_more: |count| format!("另有 {count} 个"),
    more_transactions: |count, connection| {
        format!("另有 {count} 个：synfin http --where 'connection == {connection}'")
    },
    in_frame: |frame| format!("（帧 {frame}）"),
    bodies: |request, response, state| format!("，正文 {request} 与 {response} 字节，{state}"),
};

const HTTP: Http = Http {
    headings: [
        "时间",
        "连接",
        "客户端 → 服务器",
        "请求",
        "响应",
        "等待",
        "总计",
        "事务",
    ],
    trailer: "（尾部字段）",
    no_request: "无请求",
    no_response: "无响应",
    response_without_status: "响应无状态码",
    after_interim: |statuses| format!("此前有临时响应 {statuses}"),
    pipelined: |requests| format!("流水线，前面有 {requests} 个请求"),
    answered_early: "请求未发完即有响应",
    message_is: |message, state| format!("{message}{state}"),
    in_flight: "连接中断时仍在传输",
    then: |protocol| format!("随后改用 {protocol}"),
    no_http: "未发现 HTTP",
    on_stream: |stream| format!("流 {stream}"),
    pushed: "由服务器推送",
    stream_reset: |error| format!("流被复位：{error}"),
};

const BODIES: Bodies = Bodies {
    body: |message, remarks| format!("{message}正文：{remarks}"),
    stopped_encoded: |limit| format!("编码后的字节达到 {limit} 时停止"),
    stopped_decoded: |limit| format!("解码后的字节达到 {limit} 时停止"),
    ends_early: "在内容编码结束之前中断",
    damaged: |why| format!("内容编码已损坏（{why}）"),
    left_in: |codings| format!("保留 {codings} 编码"),
    not_a_folder: |folder| format!("--bodies {folder}：不是目录"),
    index_is_there: |folder, index| format!("--bodies {folder}：{index} 已存在，不覆盖任何文件：请另选目录"),
    failed: |folder, error| format!("--bodies {folder}：{}", io_error(error)),
};

const SUMMARY: Summary = Summary {
    counts: |packets, connections, transactions| {
        format!("{packets} 个 TCP 报文段，{connections} 个连接，{transactions} 个 HTTP 事务")
    },
    span: |start, duration| format!("，自 {start} 起，历时 {duration}"),
    wrong: "可疑情况",
    handshakes: "握手",
    closes: "结束方式",
    resets: "复位原因",
    refusing: "拒绝连接的服务器",
    unanswered: "无应答的 SYN",
    slowest: "最慢的握手",
    sent_again: "重传",
    http_incomplete: "HTTP 不完整",
    no_final_response: "无最终响应",
    cause_by: |cause, by| format!("{cause}，关闭方为{by}"),
    segments_by: |initiators, responders| {
        format!("个连接；报文段：发起方 {initiators} 个，响应方 {responders} 个")
    },
    quic_initial: "个 Initial 分组（UDP），不作跟踪",
    more_servers: |count| format!("连同另外 {count} 台服务器"),
};

const LADDER: Ladder = Ladder {
    frame: "帧",
    time: "时间",
    delay: "间隔",
    seconds: "秒",
    connection: |which| format!("连接 {which}"),
    tcp_connection: |which| format!("TCP 连接 {which}"),
    of_frame: |frame| format!("帧 {frame} ·"),
    repeats: |frame, since| {
        let mut words = String::new();
        if let Some(since) = since {
            add!(words, "{since} 后");
        }
        add!(words, "重发帧 {frame}");
        words
    },
    unanswered: |frame| format!("无应答，在帧 {frame} 重传"),
    lost: |frame| format!("丢失，见帧 {frame}"),
    status_in: |request, status, frame| format!("{request} → {status}，帧 {frame}"),
    no_answer: |request| format!("{request}，无响应"),
    response_for: |status, request| format!("HTTP {status}，响应 {request}"),
    icmp: IcmpNames {
        network_unreachable: "网络不可达",
        host_unreachable: "主机不可达",
        protocol_unreachable: "协议不可达",
        port_unreachable: "端口不可达",
        fragmentation_needed: "需要分片",
        prohibited: "被管理策略禁止",
        destination_unreachable: "目的不可达",
        packet_too_big: "分组过大",
        time_exceeded: "超时",
        parameter_problem: "参数问题",
        error: "差错",
    },
    icmp_from: |message, sender| format!("{message}，来自 {sender}"),
    icmp_times: |count, frame| format!("，至帧 {frame} 共 {count} 次"),
    not_shown: |segments, bytes| format!("… {segments} 个报文段，{bytes}，未显示"),
    data: |segments, bytes| format!("{segments} 个报文段，{bytes}"),
    acks: |count| format!("{count} 个 ACK"),
    again_later: |frames, more| {
        let mut words = format!("其后重传：帧 {frames}");
        if more > 0 {
            add!(words, "，另有 {more} 个");
        }
        words
    },
    bytes: |count| format!("{count} 字节"),
    not_captured: |bytes| format!("{bytes} 未捕获"),
    bytes_not_captured: "有字节未捕获",
    silence: |time| format!("静默 {time}"),
};

const INPUT: Input = Input {
    nothing_to_read: "没有可读取的内容",
    no_such_input: "没有这个输入",
    two_passes: "读取两遍需要可重复读取的文件：此输入不是",
    needs_two_passes: |why| format!("连接的字段在连接结束后才能确定，而{why}"),
    overlapping: |count| format!("{count} 个 IP 分片所属的分组有重叠分片（RFC 5722）：未重组"),
    bounds: Bounds {
        title: "内存有上限：",
        connections: |count| format!("{count} 个连接在结束之前给出"),
        reassembly: |count| format!("{count} 个报文段位于过长的空洞之后"),
        held: |count| format!("{count} 个连接放弃了所保存的数据"),
        heads: |count| format!("{count} 个报文段的首部过长"),
        transactions: |count| format!("{count} 个事务未给出"),
        streams: |count| format!("{count} 个 HTTP/2 流在结束之前被遗忘"),
    },
    only_quic: |count| format!("没有 TCP，但有 {count} 个 QUIC Initial 分组：不跟踪 QUIC"),
    unknown_link: |frames, link, name| {
        format!(
            "{frames} 个帧的链路类型 {link}（{}）不受支持，未读取",
            name.unwrap_or("名称未知")
        )
    },
    no_capture_here: "此目录中没有捕获文件",
    not_captures: |count, names| format!("此目录中有 {count} 个文件不是捕获文件，未读取：{names}"),
    joined: |count| format!("{count} 个文件合为一个捕获（--no-join 可逐个读取）"),
    no_file_readable: "其中没有任何文件可读",
    record_too_long: |offset, frames, skipped| {
        format!("捕获在字节 {offset} 处损坏，此前有 {frames} 帧：记录长于其后的内容；略过 {skipped} 字节")
    },
    left_out: |error, skipped| format!("{error}；略过 {skipped} 字节"),
    before_reported: |error| format!("{error}；此前的内容均已报告"),
    cut_while_followed: |now, read| format!("跟踪期间文件被截短到 {now} 字节，而此前已读取 {read} 字节"),
    ends_too_early: |format, at| format!("{format} 数据过早结束，位于文件的字节 {at}"),
    compression_damaged: |format, at, error| {
        format!("{format} 数据在文件的字节 {at} 处或之前损坏（{error}）")
    },
    capture_error,
    io_error,
    no_report_at_interrupt: |error| format!("Ctrl-C 将直接结束而不给出报告：{error}"),
    filter_needs_tcpdump: "--filter 需要 tcpdump 借助 libpcap 编译表达式",
    no_tcpdump: "PATH 中没有 tcpdump（Debian：apt-get install tcpdump）",
    filter: |why| format!("过滤器：{why}"),
    filter_fails: "tcpdump 执行失败",
    filter_no_program: "tcpdump 没有输出程序",
    progress: |read, rate| format!("已读取 {read}，{rate}/s"),
    progress_of: |percent, total, rate, left| format!("{percent:3.0} %，共 {total}，{rate}/s，剩余 {left}"),
};

fn capture_error(error: &CaptureError) -> String {
    match error {
        CaptureError::Empty => "输入为空（零字节）".to_owned(),
        CaptureError::NotACapture { looks_like: None } => "不是 pcap 或 pcapng 捕获文件".to_owned(),
        CaptureError::NotACapture {
            looks_like: Some(what),
        } => format!("不是 pcap 或 pcapng 捕获文件；看起来是{}", looks_like(what)),
        CaptureError::Truncated { offset, frames } => {
            format!("捕获在一条记录中间结束，该记录始于字节 {offset}，此前有 {frames} 帧")
        }
        CaptureError::Damaged { offset, frames, what } => {
            format!("捕获在字节 {offset} 处损坏，此前有 {frames} 帧：{}", damage(what))
        }
        CaptureError::Io(error) => format!("读取捕获失败：{}", io_error(error)),
        error => error.to_string(),
    }
}

/// The kinds of files that people take for captures.
fn looks_like(what: &str) -> &str {
    match what {
        "gzip-compressed data" => " gzip 压缩数据",
        "zstd-compressed data" => " zstd 压缩数据",
        "xz-compressed data" => " xz 压缩数据",
        "bzip2-compressed data" => " bzip2 压缩数据",
        "lz4-compressed data" => " lz4 压缩数据",
        "a zip archive" => " zip 归档",
        "a 7-zip archive" => " 7-zip 归档",
        "a RAR archive" => " RAR 归档",
        "a Solaris snoop capture" => " Solaris snoop 捕获文件",
        "a Microsoft Network Monitor 1 capture" => " Microsoft Network Monitor 1 捕获文件",
        "a Microsoft Network Monitor 2 capture" => " Microsoft Network Monitor 2 捕获文件",
        "a Network General Sniffer capture" => " Network General Sniffer 捕获文件",
        "a NetXRay or Windows Sniffer capture" => " NetXRay 或 Windows Sniffer 捕获文件",
        "an AIX iptrace capture" => " AIX iptrace 捕获文件",
        "a Bluetooth HCI (btsnoop) log" => "蓝牙 HCI（btsnoop）日志",
        "an ELF program" => " ELF 程序",
        "a Windows program" => " Windows 程序",
        "a macOS program" => " macOS 程序",
        "a PDF document" => " PDF 文档",
        "an SQLite database" => " SQLite 数据库",
        "an HTML page" => " HTML 网页",
        "an XML document" => " XML 文档",
        "a Git LFS pointer, not the file itself" => " Git LFS 指针，而非文件本身",
        "text" => "纯文本",
        "zeros only" => "全零数据",
        other => other,
    }
}

/// What is wrong with a record.
fn damage(what: &str) -> &str {
    match what {
        "block too short for its type" => "块对其类型而言太短",
        "section header without a byte order" => "节头没有字节序",
        "block length below 12" => "块长度小于 12",
        "block length beyond 256 MiB" => "块长度超过 256 MiB",
        "the two lengths of a block differ" => "块的两个长度不一致",
        "interface description unreadable" => "接口描述无法读取",
        "packet longer than its block" => "分组比所在的块还长",
        "packet of an unknown interface" => "分组属于未知接口",
        "record length beyond 256 MiB" => "记录长度超过 256 MiB",
        "no record follows the record" => "该记录之后没有记录",
        other => other,
    }
}

/// What the system calls an error; an error made by others has words of its own.
fn io_error(error: &io::Error) -> String {
    let Some(number) = error.raw_os_error() else {
        return error.to_string();
    };
    let words = match error.kind() {
        ErrorKind::NotFound => "没有这个文件或目录",
        ErrorKind::PermissionDenied => "权限不足",
        ErrorKind::AlreadyExists => "文件已存在",
        ErrorKind::IsADirectory => "是一个目录",
        ErrorKind::NotADirectory => "不是目录",
        ErrorKind::StorageFull => "设备上没有剩余空间",
        ErrorKind::ReadOnlyFilesystem => "只读文件系统",
        ErrorKind::BrokenPipe => "管道已断开",
        ErrorKind::InvalidInput => "参数无效",
        ErrorKind::Interrupted => "被中断",
        ErrorKind::OutOfMemory => "内存不足",
        _ => return error.to_string(),
    };
    format!("{words}（os error {number}）")
}

const PAGE: Page = Page {
    skip: "转到连接列表",
    heading: "TCP 连接经历了什么",
    noscript: "此页需要其内含的脚本。它不从任何地方加载内容。",
    summary: "概要",
    how_opened: "如何建立",
    how_ended: "如何结束",
    round_trips: "握手往返时间",
    lifetimes: "生存期",
    colours: "颜色",
    connections: "连接",
    filter: "筛选",
    filter_hint: "地址、端口、结论、协议、服务器名称、请求：须包含所有词",
    opened: "建立",
    ended: "结束",
    any_way: "不限",
    clear: "清除",
    connection: "连接",
    only_chosen: "只显示上面打开的连接",
    made_by: "由 synfin 生成。按键：表格中可用方向键、Page Up、Page Down、Home、End；Enter 打开，Escape 返回。",
    comma: "，",
    captures: "{count} 个捕获文件",
    from: "自 {time} 起",
    no_connections: "没有 TCP 连接",
    tile_connections: "连接",
    within: "历时 {span}",
    segments: "报文段",
    closed: "正常关闭",
    broken: "复位或放弃",
    open: "结束时未关闭",
    not_opened: "从未建立",
    refused_unanswered: "{refused} 个被拒绝，{unanswered} 个无应答",
    sent_again: "重传",
    needless: "{count} 个不必要",
    http_requests: "HTTP 请求",
    of_class: "{class}：{count}",
    not_captured: "未捕获",
    left_out: "因篇幅所限，此页略去 {connections} 个连接和 {transactions} 个 HTTP 事务；上面的数字已将其计入。",
    shown: "{count} 个连接",
    shown_of: "{all} 个连接中的 {count} 个",
    frames: "帧 {first}-{last}",
    close_connection: "收起此连接",
    rules: "{count} 条规则",
    rule_in: "{name}，帧 {frame}",
    number_of_connection: "连接 {number}",
    connection_verdict: "连接 {number}：{verdict}",
    lifetimes_of: "{count} 个连接在 {span} 内的生存期：{outcomes}。",
    no_round_trip: "这里没有可以测定往返时间的握手。",
    distribution: "{count} 个握手往返时间的分布",
    round_trip_to: "到{side}：{count} 个，{range}",
    range: "{from} 至 {to}",
    most: "最多：{count}",
    capture_point_to: "捕获点到{side}",
    transactions: "HTTP 事务",
    request: "请求",
    status: "状态码",
    state: "状态",
    body: "正文",
    wait: "等待",
    time: "时间",
    sent_unanswered: "发送于 {time} s，无响应",
    sent_answered: "发送于 {time} s，{wait} 后响应",
    file: "文件",
    start: "开始",
    duration: "时长",
    round_trip: "往返时间",
    column_opened: "建立",
    column_ended: "结束",
    by: "关闭方",
    cause: "原因",
    cause_alert: "{cause}：{alert}",
    protocol: LONG.protocol,
    server_name: "服务器名称",
    real_client: LONG.real_client,
    stream: "流",
    packets: "报文段",
    payload: "数据量",
    seconds: "秒",
    frame: "帧",
    no_status: "无状态码",
};
