//! The H rows of the catalogue: which answer belongs to which request, where messages end, and what loss, resets and
//! early answers leave of them.

use super::tell;

/// First in, first out: RFC 9112 section 9.3.2.
#[test]
fn h1_pipelining() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
        +5ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
        +1ms  S > C PSH-ACK "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\ntwoHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /1 200 4>5 0/3 complete; GET /2 404 4>6 0/3 complete; GET /3 200 4>6 0/5 complete
    "#,
    );
}

/// RFC 9110 section 10.1.1: the body comes after the interim answer, the final one after the body.
#[test]
fn h2_expect_100_continue() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "PUT /f HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 100 Continue\r\n\r\n"  #= - - - ESTABLISHED ESTABLISHED 4 http=response/0
        +1ms  C > S PSH-ACK "body"                           #= - - - ESTABLISHED ESTABLISHED 5 http=request/0
        +1ms  S > C PSH-ACK "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http PUT /f 201 4>7 4/0 complete
    "#,
    );
}

/// RFC 9110 section 15.2: an interim answer leaves the request waiting.
#[test]
fn h3_early_hints_then_200() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / 200 4>6 0/2 complete
    "#,
    );
}

/// RFC 9112 section 6.3 point 1: the answer to HEAD has no content, whatever it announces.
#[test]
fn h4_head_and_a_pipelined_get() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http HEAD /1 200 4>5 0/0 complete; GET /2 200 4>5 0/2 complete
    "#,
    );
}

#[test]
fn h5_304_with_content_length_and_204() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"
        +1ms  C > S PSH-ACK "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 204 No Content\r\n\r\n"
        +1ms  C > S PSH-ACK "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /1 304 4>5 0/0 complete; GET /2 204 6>7 0/0 complete; GET /3 200 8>9 0/2 complete
    "#,
    );
}

/// RFC 9112 section 7.1; the content is what lies in the chunks.
#[test]
fn h6_chunks_with_extensions_and_a_trailer() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhel"
        +1ms  S > C PSH-ACK "lo\r\n3\r\nyou\r\n0\r\nX-Sum: 1\r\n\r\n"  #= - - - ESTABLISHED ESTABLISHED - http=response/0
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / 200 4>5 0/8 complete
    "#,
    );
}

/// Its length is that of the coded content (RFC 9110 section 8.6).
#[test]
fn h7_gzip() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8b\x08\x00\x00"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / 200 4>5 0/5 complete
    "#,
    );
}

/// RFC 9112 section 6.3 point 8.
#[test]
fn h8_close_delimited() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.0\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.0 200 OK\r\n\r\nhel"
        +1ms  S > C PSH-ACK "lo"
        +1ms  S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder http-1.0/certain certain 7,8,9
        #: 0 http GET / 200 4>5 0/5 complete
    "#,
    );
}

/// The framing counts through the hole, so the next message is where it should be.
#[test]
fn h9_lost_segment_in_a_body() {
    tell(
        r#"
                   open C > S +1ms
        +1ms       C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C ACK "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
        +1ms drop  S > C ACK "lost"
        +1ms       C > S ACK
        +1ms       S > C PSH-ACK "here"
        +1ms       C > S PSH-ACK "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /1 200 4>5 0/8 gap; GET /2 200 8>9 0/2 complete
    "#,
    );
}

#[test]
fn h10_lost_segment_in_a_head() {
    tell(
        r#"
                   open C > S +1ms
        +1ms       C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C ACK "HTTP/1.1 200 OK\r\nServer: x\r\n"
        +1ms drop  S > C ACK "Content-Length: 2\r\n"
        +1ms       C > S ACK
        +1ms       S > C PSH-ACK "\r\nok"
        +1ms       C > S PSH-ACK "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /1 200 4>5 0/- gap; GET /2 200 8>9 0/2 complete
    "#,
    );
}

/// On a message's beginning, and inside a body: the next message is found either way.
#[test]
fn h11_the_capture_begins_inside() {
    tell(
        r#"
              C > S PSH-ACK seq=isn+500 ack=isn+900 "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake unseen certain 1
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /1 200 1>2 0/2 complete
    "#,
    );
    tell(
        r#"
              S > C PSH-ACK seq=isn+500 ack=isn+900 "half of a body"
        +1ms  C > S ACK
        +1ms  C > S PSH-ACK "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake unseen certain 1
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /2 200 3>4 0/2 complete
    "#,
    );
}

#[test]
fn h12_any_port() {
    tell(
        r#"
        host W 10.0.0.7:9999
              open C > W +1ms
        +1ms  C > W PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  W > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / 200 4>5 0/2 complete
    "#,
    );
}

/// RFC 1945: a line, then everything until the close.
#[test]
fn h13_http_0_9() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /old\r\n"  #= - H35 H35 ESTABLISHED ESTABLISHED - http=request/0
        +1ms  S > C PSH-ACK "<html>"
        +1ms  S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder application/likely certain 6,7,8
        #: 0 http GET /old - 4>5 0/6 complete
    "#,
    );
}

/// RFC 9110 section 7.8: what follows the 101 is no HTTP.
#[test]
fn h17_websocket() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        +1ms  C > S PSH-ACK "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"  #= - - - ESTABLISHED ESTABLISHED 5 http=-
        +1ms  C > S PSH-ACK "GET /not HTTP/1.1\r\n\r\n"  #= - H52 H52 ESTABLISHED ESTABLISHED - http=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /ws 101 4>5 0/0 complete
    "#,
    );
}

/// RFC 9110 section 9.3.6.
#[test]
fn h20_connect_then_tls() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\n\r\n"
        +1ms  C > S PSH-ACK "\x16\x03\x01\x00\x05"  #= - - - ESTABLISHED ESTABLISHED 5 http=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http CONNECT h:443 200 4>5 0/0 complete
    "#,
    );
}

/// RFC 9112 section 9.5: the request stays incomplete, the answer is its own.
#[test]
fn h21_early_413_while_the_body_is_pending() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome"
        +1ms  S > C PSH-ACK "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"  #= - H21 H21 ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http POST /big 413 4>5 4/0 incomplete
    "#,
    );
}

#[test]
fn h21_not_for_an_answer_to_a_whole_request_while_the_next_is_sent() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"  #= - - - ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET /1 200 4>5 0/0 complete; POST /2 - 4>- 4/- incomplete
    "#,
    );
}

#[test]
fn h22_reset_inside_a_body() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart"
        +1ms  C > S ACK
        +1ms  S > C RST-ACK  #= - T14 T14,H22 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 7 reset=responder
        #: 0 http GET / 200 4>5 0/4 reset
        #: 0 killed 0
    "#,
    );
}

#[test]
fn h22_not_between_messages() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npart"
        +1ms  C > S ACK
        +1ms  C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 7 reset=initiator
        #: 0 http GET / 200 4>5 0/4 complete
        #: 0 killed -
    "#,
    );
}

/// Of pipelined requests, the first that has no whole answer.
#[test]
fn h22_names_the_first_exchange_that_a_reset_left_unfinished() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        +1ms  C > S ACK
        +1ms  S > C RST-ACK  #= - T14 T14,H22 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 7 reset=responder
        #: 0 http GET /1 200 4>5 0/2 complete; GET /2 - 4>- 0/- incomplete; GET /3 - 4>- 0/- incomplete
        #: 0 killed 1
    "#,
    );
}

#[test]
fn h23_second_response_without_a_request() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        +1ms  S > C PSH-ACK "HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"  #= - H23 H23 ESTABLISHED ESTABLISHED - http=response/1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / 200 4>5 0/2 complete; - - 408 ->6 -/0 complete
    "#,
    );
}

/// Its request may be in the hole.
#[test]
fn h23_not_where_the_clients_bytes_are_missing() {
    tell(
        r#"
                   open C > S +1ms
        +1ms       C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        +1ms drop  C > S PSH-ACK "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C ACK
        +1ms       C > S PSH-ACK "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms       S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        +1ms       S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    "#,
    );
}

/// Its request may have taken another subflow (RFC 8684).
#[test]
fn h23_not_with_multipath_tcp() {
    tell(
        r#"
              C > S SYN mss=1460 mptcp=capable
        +1ms  S > C SYN-ACK mss=1460 mptcp=capable
        +1ms  C > S ACK
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    "#,
    );
}

/// RFC 9293 section 3.10.7.4: held until the hole is filled.
#[test]
fn h24_response_segments_out_of_order() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +1ms  a: late S > C ACK "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
        +1ms  S > C PSH-ACK "body"
        +1ms  arrive a
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / 200 4>6 0/4 complete
    "#,
    );
}
