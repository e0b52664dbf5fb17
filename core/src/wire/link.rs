//! Link headers: Ethernet II and its tags, Linux "cooked" captures, BSD loopback, bare IP; the others have
//! files of their own.

use super::decode::{Next, Other, Step, Stop};
use super::window::Window;
use super::{Layer, WireError, ieee80211, llc, nflog, ppp};
use crate::frame::LinkType;

/// EtherTypes of RFC 9542 appendix B and IEEE 802.1Q that lead on to IP.
pub(crate) mod ether_type {
    pub(crate) const IPV4: u16 = 0x0800;
    pub(crate) const IPV6: u16 = 0x86dd;
    /// IEEE 802.1Q customer tag.
    pub(crate) const VLAN: u16 = 0x8100;
    /// IEEE 802.1ad service tag.
    pub(crate) const SERVICE_VLAN: u16 = 0x88a8;
    /// The service tag of switches older than 802.1ad.
    pub(crate) const OLD_SERVICE_VLAN: u16 = 0x9100;
    /// PPPoE's session stage (RFC 2516).
    pub(crate) const PPPOE: u16 = 0x8864;
    /// RFC 3032, and RFC 5332 for what was multicast only.
    pub(crate) const MPLS: u16 = 0x8847;
    pub(crate) const MPLS_MULTICAST: u16 = 0x8848;
    /// Cisco FabricPath.
    pub(crate) const FABRIC_PATH: u16 = 0x8903;
    /// Cisco VN-tag, which became IEEE 802.1BR.
    pub(crate) const VN_TAG: u16 = 0x8926;
    /// Below this the field is a length, and an LLC header follows (IEEE 802.3 clause 3.2.6).
    pub(crate) const LOWEST: u16 = 0x0600;
}

/// `ARPHRD_` values for which the protocol field of a "cooked" header is no EtherType.
const NOT_ETHERTYPE: [u16; 6] = [770, 801, 802, 803, 804, 824];

/// `ARPHRD_ARCNET`.
const ARCNET: u16 = 7;

/// Reads the link header that a link type announces.
pub(crate) fn parse(link: LinkType, window: Window<'_>) -> Step<'_> {
    match link {
        LinkType::ETHERNET => ethernet(window),
        LinkType::NULL => {
            let (family, rest) = window.split(Layer::Link)?;
            // The capturing host's byte order is not told; families are small numbers.
            let native = u32::from_le_bytes(*family).min(u32::from_be_bytes(*family));
            address_family(native, rest)
        }
        LinkType::LOOP => {
            let (family, rest) = window.split(Layer::Link)?;
            address_family(u32::from_be_bytes(*family), rest)
        }
        // 12 and 14 are what DLT_RAW is on different systems; some programs wrote it to the file.
        LinkType::RAW | LinkType(12 | 14) => bare_ip(window),
        LinkType::IPV4 => Ok((Next::Ipv4, window)),
        LinkType::IPV6 => Ok((Next::Ipv6, window)),
        LinkType::LINUX_SLL => {
            let (head, rest) = window.split::<16>(Layer::Link)?;
            let [_, _, hardware0, hardware1, .., protocol0, protocol1] = *head;
            cooked(
                u16::from_be_bytes([hardware0, hardware1]),
                u16::from_be_bytes([protocol0, protocol1]),
                rest,
            )
        }
        LinkType::LINUX_SLL2 => {
            let (head, rest) = window.split::<20>(Layer::Link)?;
            let [protocol0, protocol1, _, _, _, _, _, _, hardware0, hardware1, ..] = *head;
            cooked(
                u16::from_be_bytes([hardware0, hardware1]),
                u16::from_be_bytes([protocol0, protocol1]),
                rest,
            )
        }
        other => seldom(other, window),
    }
}

#[cold]
fn seldom(link: LinkType, window: Window<'_>) -> Step<'_> {
    match link {
        LinkType::PPP => Ok((Next::Ppp, window)),
        LinkType::PPP_HDLC | LinkType::C_HDLC => ppp::hdlc(window),
        LinkType::PPP_ETHER => Ok((Next::Pppoe, window)),
        LinkType::PPP_PPPD | LinkType::PPP_WITH_DIR => ppp::with_direction(window),
        LinkType::FDDI => llc::fddi(window),
        LinkType::IEEE802_11 => ieee80211::parse(window),
        LinkType::IEEE802_11_PRISM => ieee80211::prism(window),
        LinkType::IEEE802_11_RADIOTAP => ieee80211::radiotap(window),
        LinkType::IEEE802_11_AVS => ieee80211::avs(window),
        LinkType::NFLOG => nflog::parse(window),
        LinkType::ARCNET_LINUX => arcnet(window),
        LinkType::IPOIB => ip_over_infiniband(window),
        LinkType::JUNIPER_ETHER => juniper(window),
        other => Err(Stop::Other(Other::UnknownLink(other))),
    }
}

/// Source, destination, two bytes of Linux's, then the protocol: 240 is IP after RFC 1051.
fn arcnet(window: Window<'_>) -> Step<'_> {
    match window.split(Layer::Link)? {
        (&[_, _, _, _, 240], rest) => Ok((Next::Ipv4, rest)),
        _ => Err(Stop::Other(Other::HardwareType(ARCNET))),
    }
}

/// Two addresses of 20 bytes, then RFC 4391 section 6: EtherType and two bytes reserved.
fn ip_over_infiniband(window: Window<'_>) -> Step<'_> {
    let (&[.., type0, type1, _, _], rest) = window.split::<44>(Layer::Link)?;
    by_ether_type(u16::from_be_bytes([type0, type1]), rest)
}

/// The magic bytes "MGC", flags, and if these say so the length of extensions and those; behind them an
/// Ethernet frame, unless the flags deny that.
fn juniper(window: Window<'_>) -> Step<'_> {
    const NO_LINK_LAYER: u8 = 0x02;
    const EXTENSIONS: u8 = 0x80;
    let (&[m, g, c, flags], mut rest) = window.split(Layer::Link)?;
    if [m, g, c] != *b"MGC" {
        return Err(WireError::malformed(Layer::Link, window.offset, "no Juniper header").into());
    }
    if flags & EXTENSIONS != 0 {
        let (len, behind) = rest.split(Layer::Link)?;
        rest = behind.skip(Layer::Link, u16::from_be_bytes(*len).into())?;
    }
    if flags & NO_LINK_LAYER != 0 {
        return Err(Stop::Other(Other::UnknownLink(LinkType::JUNIPER_ETHER)));
    }
    Ok((Next::Link(LinkType::ETHERNET), rest))
}

/// Destination, source, EtherType: IEEE 802.3 clause 3.
fn ethernet(window: Window<'_>) -> Step<'_> {
    let (head, rest) = window.split::<14>(Layer::Link)?;
    let [.., type0, type1] = *head;
    by_ether_type(u16::from_be_bytes([type0, type1]), rest)
}

/// One VLAN tag, of which the first two bytes said that it is one: IEEE 802.1Q clause 9.
pub(crate) fn vlan(window: Window<'_>) -> Step<'_> {
    let (&[_, _, type0, type1], rest) = window.split(Layer::Vlan)?;
    by_ether_type(u16::from_be_bytes([type0, type1]), rest)
}

/// What the field says that stands where Ethernet II has its EtherType.
pub(crate) fn by_ether_type(ether_type: u16, rest: Window<'_>) -> Step<'_> {
    match ether_type {
        ether_type::IPV4 => Ok((Next::Ipv4, rest)),
        ether_type::IPV6 => Ok((Next::Ipv6, rest)),
        ether_type::VLAN | ether_type::SERVICE_VLAN | ether_type::OLD_SERVICE_VLAN => Ok((Next::Vlan, rest)),
        other => seldom_ether_type(other, rest),
    }
}

#[cold]
fn seldom_ether_type(ether_type: u16, rest: Window<'_>) -> Step<'_> {
    match ether_type {
        length if length < ether_type::LOWEST => Ok((Next::Llc, rest.limit(length.into()))),
        ether_type::MPLS | ether_type::MPLS_MULTICAST => Ok((Next::Mpls, rest)),
        ether_type::PPPOE => Ok((Next::Pppoe, rest)),
        ether_type::VN_TAG => Ok((Next::VnTag, rest)),
        ether_type::FABRIC_PATH => Ok((Next::FabricPath, rest)),
        other => Err(Stop::Other(Other::EtherType(other))),
    }
}

/// Four bytes that name virtual interfaces, then another EtherType: Cisco's proposal for IEEE 802.1Qbh.
pub(crate) fn vn_tag(window: Window<'_>) -> Step<'_> {
    let (&[.., type0, type1], rest) = window.split::<6>(Layer::Vlan)?;
    by_ether_type(u16::from_be_bytes([type0, type1]), rest)
}

/// The header is an Ethernet header with a tag of two bytes behind it; then the frame as its sender made it.
pub(crate) fn fabric_path(window: Window<'_>) -> Step<'_> {
    Ok((Next::Link(LinkType::ETHERNET), window.skip(Layer::Link, 2)?))
}

/// LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of tcpdump.org.
fn cooked(hardware: u16, protocol: u16, rest: Window<'_>) -> Step<'_> {
    if NOT_ETHERTYPE.contains(&hardware) {
        return Err(Stop::Other(Other::HardwareType(hardware)));
    }
    by_ether_type(protocol, rest)
}

/// `AF_INET` is 2 everywhere; `AF_INET6` is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
fn address_family(family: u32, rest: Window<'_>) -> Step<'_> {
    match family {
        2 => Ok((Next::Ipv4, rest)),
        10 | 24 | 28 | 30 => Ok((Next::Ipv6, rest)),
        other => Err(Stop::Other(Other::AddressFamily(other))),
    }
}

/// The version field tells which IP it is.
fn bare_ip(window: Window<'_>) -> Step<'_> {
    match window.data.first().map(|byte| byte >> 4) {
        Some(4) => Ok((Next::Ipv4, window)),
        Some(6) => Ok((Next::Ipv6, window)),
        Some(_) => Err(WireError::malformed(Layer::Link, window.offset, "neither IPv4 nor IPv6").into()),
        None => Err(window.short(Layer::Link, 1).into()),
    }
}
