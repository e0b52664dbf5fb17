//! The names of TLS: those of the RFCs and of IANA's registries.

use serde::{Serialize, Serializer};

/// A protocol version. Prints as `TLS 1.3`, or as `0x7f1c` where it is none of the published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TlsVersion(pub u16);

impl TlsVersion {
    /// RFC 5246.
    pub const TLS_1_2: Self = Self(0x303);
    /// RFC 8446.
    pub const TLS_1_3: Self = Self(0x304);

    /// Whether it hides its handshake as TLS 1.3 does; its drafts (0x7f..) do as well.
    pub(super) const fn is_1_3(self) -> bool {
        self.0 >= Self::TLS_1_3.0
    }
}

impl std::fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0x300 => f.pad("SSL 3.0"),
            0x301..=0x304 => write!(f, "TLS 1.{}", self.0 - 0x301),
            other => write!(f, "{other:#06x}"),
        }
    }
}

impl Serialize for TlsVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

words! {
    /// A step of the TLS handshake: the number names the act, not the order, so that it fits every version.
    /// Where a handshake is abbreviated, and always in TLS 1.3, the server's second act comes with its first.
    TlsStep {
        /// The client's hello: ClientHello.
        ClientHello = 1 "1/4",
        /// The server's hello: ServerHello or HelloRetryRequest, and up to TLS 1.2 all up to ServerHelloDone.
        ServerHello = 2 "2/4",
        /// The client's finish: all from its next message to its Finished.
        ClientFinished = 3 "3/4",
        /// The server's finish: up to TLS 1.2 its ChangeCipherSpec and Finished (a NewSessionTicket before
        /// them); in TLS 1.3 what it sends encrypted up to its Finished.
        ServerFinished = 4 "4/4",
        /// The server's hello and finish in one segment.
        ServerHelloAndFinished = 5 "2+4/4",
    }
}

words! {
    /// What a TLS record carries (RFC 8446 section 5.1), as far as it is not hidden: in TLS 1.3 all that is
    /// encrypted is called application data.
    TlsContent {
        /// ChangeCipherSpec.
        ChangeCipherSpec = 20 "change_cipher_spec",
        /// An alert.
        Alert = 21 "alert",
        /// A handshake message.
        Handshake = 22 "handshake",
        /// Application data, or in TLS 1.3 anything encrypted.
        ApplicationData = 23 "application_data",
        /// RFC 6520.
        Heartbeat = 24 "heartbeat",
    }
}

impl TlsContent {
    pub(super) fn of(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|&content| content as u8 == number)
    }
}

words! {
    /// A handshake message that is sent in the clear (RFC 8446 section 4, RFC 5246 section 7.4).
    TlsMessage {
        /// The server asks for a new handshake.
        HelloRequest = 0 "hello_request",
        /// Opens a handshake.
        ClientHello = 1 "client_hello",
        /// Answers it.
        ServerHello = 2 "server_hello",
        /// A session ticket (RFC 5077).
        NewSessionTicket = 4 "new_session_ticket",
        /// Asks for another ClientHello; on the wire a ServerHello.
        HelloRetryRequest = 6 "hello_retry_request",
        /// The sender's certificates.
        Certificate = 11 "certificate",
        /// The server's part of the key exchange.
        ServerKeyExchange = 12 "server_key_exchange",
        /// The server wants a certificate of the client.
        CertificateRequest = 13 "certificate_request",
        /// The server's hello is over.
        ServerHelloDone = 14 "server_hello_done",
        /// The sender has the key of its certificate.
        CertificateVerify = 15 "certificate_verify",
        /// The client's part of the key exchange.
        ClientKeyExchange = 16 "client_key_exchange",
        /// Encrypted as a rule.
        Finished = 20 "finished",
        /// OCSP answers about the certificates (RFC 6066 section 8).
        CertificateStatus = 22 "certificate_status",
    }
}

impl TlsMessage {
    pub(super) fn of(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|&message| message as u8 == number)
    }
}

words! {
    /// How a session goes on with the keys of an earlier one.
    TlsResumption {
        /// By the server's session cache (RFC 5246 section 7.3).
        SessionId = 1 "session-id",
        /// By a ticket that the client kept (RFC 5077).
        Ticket = 2 "ticket",
        /// By a pre-shared key (RFC 8446 section 2.2).
        Psk = 3 "psk",
    }
}

words! {
    /// What became of the data that a client sent before the server answered (RFC 8446 section 2.3).
    TlsEarlyData {
        /// The client may have sent some.
        Offered = 1 "offered",
        /// The client ended it properly, so the server had accepted it. Told by length.
        Accepted = 2 "accepted",
        /// The client went on without ending it, or was asked for another hello.
        Rejected = 3 "rejected",
    }
}

words! {
    /// An alert by its name in IANA's registry "TLS Alerts".
    TlsAlert {
        /// The sender will send no more.
        CloseNotify = 0 "close_notify",
        /// An inappropriate message.
        UnexpectedMessage = 10 "unexpected_message",
        /// A record that cannot be decrypted.
        BadRecordMac = 20 "bad_record_mac",
        /// Old versions.
        DecryptionFailed = 21 "decryption_failed_RESERVED",
        /// A record longer than allowed.
        RecordOverflow = 22 "record_overflow",
        /// Old versions.
        DecompressionFailure = 30 "decompression_failure_RESERVED",
        /// No parameters that both accept, such as a cipher suite.
        HandshakeFailure = 40 "handshake_failure",
        /// SSL 3.0.
        NoCertificate = 41 "no_certificate_RESERVED",
        /// A corrupt certificate.
        BadCertificate = 42 "bad_certificate",
        /// A certificate of a kind that is not supported.
        UnsupportedCertificate = 43 "unsupported_certificate",
        /// A revoked certificate.
        CertificateRevoked = 44 "certificate_revoked",
        /// A certificate out of its time.
        CertificateExpired = 45 "certificate_expired",
        /// Another fault of a certificate.
        CertificateUnknown = 46 "certificate_unknown",
        /// A field out of range, or against others.
        IllegalParameter = 47 "illegal_parameter",
        /// A certificate of nobody trusted.
        UnknownCa = 48 "unknown_ca",
        /// A valid certificate that may not do this.
        AccessDenied = 49 "access_denied",
        /// A message that cannot be read.
        DecodeError = 50 "decode_error",
        /// A signature or Finished that is wrong.
        DecryptError = 51 "decrypt_error",
        /// RFC 9147.
        TooManyCidsRequested = 52 "too_many_cids_requested",
        /// Old versions.
        ExportRestriction = 60 "export_restriction_RESERVED",
        /// A version that is not supported.
        ProtocolVersion = 70 "protocol_version",
        /// The server wants safer ones.
        InsufficientSecurity = 71 "insufficient_security",
        /// A fault of the sender itself.
        InternalError = 80 "internal_error",
        /// The client fell back without need (RFC 7507).
        InappropriateFallback = 86 "inappropriate_fallback",
        /// The user gave up.
        UserCanceled = 90 "user_canceled",
        /// No new handshake; a warning.
        NoRenegotiation = 100 "no_renegotiation_RESERVED",
        /// A hello lacks an extension.
        MissingExtension = 109 "missing_extension",
        /// An extension that must not be there.
        UnsupportedExtension = 110 "unsupported_extension",
        /// Old versions.
        CertificateUnobtainable = 111 "certificate_unobtainable_RESERVED",
        /// No server of that name.
        UnrecognizedName = 112 "unrecognized_name",
        /// An OCSP answer that is not good.
        BadCertificateStatusResponse = 113 "bad_certificate_status_response",
        /// Old versions.
        BadCertificateHashValue = 114 "bad_certificate_hash_value_RESERVED",
        /// No such pre-shared key.
        UnknownPskIdentity = 115 "unknown_psk_identity",
        /// The client gave no certificate.
        CertificateRequired = 116 "certificate_required",
        /// None of the others.
        GeneralError = 117 "general_error",
        /// No application protocol of those offered (RFC 7301).
        NoApplicationProtocol = 120 "no_application_protocol",
        /// RFC 9849.
        EchRequired = 121 "ech_required",
        /// Encrypted: told by the record's type, or likely by its length.
        Encrypted = 254 "encrypted",
        /// A number that the registry does not name.
        Unknown = 255 "unknown",
    }
}

impl TlsAlert {
    pub(super) fn of(number: u8) -> Self {
        let named = Self::ALL.iter().copied().filter(|&alert| alert < Self::Encrypted);
        named
            .into_iter()
            .find(|&alert| alert as u8 == number)
            .unwrap_or(Self::Unknown)
    }
}

words! {
    /// How bad an alert is (RFC 5246 section 7.2).
    TlsAlertLevel {
        /// The connection may go on.
        Warning = 1 "warning",
        /// It may not.
        Fatal = 2 "fatal",
    }
}
