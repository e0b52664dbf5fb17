//! Causes of an orderly close, and HTTP pairing on the way.

use super::tell;

#[test]
fn http_connection_close_announced_by_the_client() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"  #= - - - ESTABLISHED ESTABLISHED - http=request/0
        +5ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"          #= - - - ESTABLISHED ESTABLISHED 4 http=response/0
              S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder http-connection-close/certain certain 6,7,8
        #: 0 http GET / 200 4>5 0/2 complete
    "#,
    );
}

#[test]
fn http_connection_close_announced_by_the_server_after_a_long_wait() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
        +5ms  S > C PSH-ACK "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        +5s   S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder http-connection-close/certain certain 6,7,8
        #: 0 http GET /a 404 4>5 0/0 complete
    "#,
    );
}

#[test]
fn http_1_0_closes_by_itself() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.0\r\n\r\n"
        +5ms  S > C PSH-ACK "HTTP/1.0 200 OK\r\n\r\nbody"
              S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder http-1.0/certain certain 6,7,8
        #: 0 http GET / 200 4>5 0/4 complete
    "#,
    );
}

#[test]
fn http_connection_close_wins_over_http_1_0() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET / HTTP/1.0\r\n\r\n"
        +5ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody"
              S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder http-connection-close/certain certain 6,7,8
    "#,
    );
}

#[test]
fn keep_alive_requests_are_paired_in_order_and_the_idle_connection_times_out() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"                #= - - - ESTABLISHED ESTABLISHED - http=request/0
        +5ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"   #= - - - ESTABLISHED ESTABLISHED 4 http=response/0
        +5ms  C > S PSH-ACK "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"  #= - - - ESTABLISHED ESTABLISHED 5 http=request/1
        +5ms  S > C PSH-ACK "HTTP/1.1 204 No Content\r\n\r\n"                   #= - - - ESTABLISHED ESTABLISHED 6 http=response/1
        +1ms  C > S ACK
        +5s   S > C FIN-ACK
        +1ms  C > S FIN-ACK
        +1ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder idle-timeout/likely certain 9,10,11
        #: 0 idle 5s
        #: 0 http GET /1 200 4>5 0/3 complete; POST /2 204 6>7 4/0 complete
    "#,
    );
}

#[test]
fn a_close_just_before_a_second_of_silence_is_the_applications() {
    tell(
        r#"
                open C > S +1ms
        +1ms    C > S PSH-ACK "hello"
        +5ms    S > C ACK
        +999ms  C > S FIN-ACK
        +1ms    S > C FIN-ACK
        +1ms    C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 6,7,8
        #: 0 idle 999ms
    "#,
    );
}

#[test]
fn silence_while_a_request_waits_is_no_idle_timeout() {
    tell(
        r#"
                open C > S +1ms
        +1ms    C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        +5ms    S > C ACK
        +5s     C > S FIN-ACK
        +1ms    S > C FIN-ACK
        +1ms    C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 6,7,8
        #: 0 http GET / - 4>- 0/- incomplete
    "#,
    );
}

#[test]
fn silence_while_data_is_in_flight_is_no_idle_timeout() {
    tell(
        r#"
                open C > S +1ms
        +1ms    C > S PSH-ACK "hello"
        +5s     C > S FIN-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5
    "#,
    );
}

// The peer answers each probe, with or without its byte; nothing new is said.
#[test]
fn keep_alive_probes_do_not_end_an_idle_time() {
    tell(
        r#"
                open C > S +1ms
        +1ms    C > S PSH-ACK "hello"
        +5ms    S > C ACK
        +600ms  C > S ACK seq=-1
        +1ms    S > C ACK
        +600ms  C > S ACK seq=-1 len=1
        +1ms    S > C ACK
        +600ms  S > C FIN-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed responder idle-timeout/likely certain 10
        #: 0 idle 1802ms
    "#,
    );
}

#[test]
fn a_reset_after_silence_is_an_idle_timeout_too() {
    tell(
        r#"
                open C > S +1ms
        +1ms    C > S PSH-ACK "hello"
        +5ms    S > C ACK
        +60s    S > C RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder idle-timeout/likely certain 6 reset=responder
        #: 0 idle 60s
    "#,
    );
}

// The client asked for the close, but went before it had its answer: HTTP did not end this.
#[test]
fn not_http_connection_close_when_the_client_leaves_before_the_answer() {
    tell(
        r#"
               open C > S
        +10ms  C > S PSH-ACK "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        +1ms   C > S FIN-ACK
        +20ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        +1ms   S > C FIN-ACK
        +1ms   C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 5,6,7,8
    "#,
    );
}

// The head whose end the snap length cut off may have announced it.
#[test]
fn application_is_a_guess_where_the_last_head_is_cut() {
    for (snap, confidence) in [("", "likely"), ("snap=120", "guess")] {
        tell(&format!(
            r#"#! v4
                  open C > S +1ms
            +1ms  C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            +5ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n\r\nok" {snap}
                  S > C FIN-ACK
            +1ms  C > S FIN-ACK
            +1ms  S > C ACK
            #: 0 handshake complete certain 1,2,3
            #: 0 close three-segment responder application/{confidence} certain 6,7,8
        "#
        ));
    }
}
