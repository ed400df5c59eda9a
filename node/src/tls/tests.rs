//! Real TLS on loopback: who gets in, who does not, and what both sides are told.

use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_stream::StreamExt;

use super::testing::*;
use super::*;

/// A server that greets with the peer's name, then echoes.
async fn serve(tls: &Arc<Tls>, tap: Option<Arc<dyn Tap>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut connections = incoming(listener, Arc::clone(tls), AcceptLimits::default(), tap);
    tokio::spawn(async move {
        while let Some(Ok(mut connection)) = connections.next().await {
            tokio::spawn(async move {
                let name = connection.peer().id().to_string();
                connection.write_all(name.as_bytes()).await.unwrap();
                connection.flush().await.unwrap();
                let mut buffer = [0; 4];
                while connection.read_exact(&mut buffer).await.is_ok() {
                    connection.write_all(&buffer).await.unwrap();
                    connection.flush().await.unwrap();
                }
            });
        }
    });
    address
}

/// Connects and says "ping"; gives what came back, or the failure in our words.
async fn ping(
    tls: &Arc<Tls>,
    address: &str,
    expected: &SpiffeId,
    pin: Option<[u8; 32]>,
) -> Result<String, CallError> {
    let connector =
        Connector::new(TcpDial, Arc::clone(tls), vec![address.to_owned()], expected.clone(), pin, None);
    let as_call =
        |error: Box<dyn std::error::Error + Send + Sync>| CallError::of(&tonic::Status::from_error(error));
    let mut connection = connector.connect().await.map_err(|error| as_call(error.into()))?;
    let exchange = async {
        connection.write_all(b"ping").await?;
        connection.flush().await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"ping") {
            if connection.read_buf(&mut answer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(String::from_utf8(answer).unwrap())
    };
    exchange.await.map_err(|error: std::io::Error| as_call(error.into()))
}

#[tokio::test]
async fn both_sides_know_each_other() {
    let region = Region::new();
    let (hospital, school) = (region.node("hospital"), region.node("school"));
    let list = region.list(&[]);
    let server = region.tls(&hospital, std::slice::from_ref(&list));
    let client = region.tls(&school, &[list]);
    let address = serve(&server, None).await;
    let pin = server.own_public_key_sha256();
    let answer = ping(&client, &address, &spiffe("hospital"), Some(pin)).await.unwrap();
    assert_eq!(answer, format!("spiffe://{DOMAIN}/agency/schoolping"));
}

#[tokio::test]
async fn clients_that_must_not_get_in_are_told_why() {
    let region = Region::new();
    let good = region.node("hospital");
    let (revoked, ended) = (
        region.node("school"),
        region.authority.issue(&Holder::node("school"), Validity::expired(NOW_MS)).unwrap(),
    );
    let future = region.authority.issue(&Holder::node("school"), Validity::future(NOW_MS)).unwrap();
    let holder = Holder::node("school");
    let days = Validity::days(NOW_MS, 30);
    let two_names = region
        .authority
        .issue_uris(
            &["spiffe://region.example/agency/school", "spiffe://region.example/agency/hospital"],
            &holder,
            days,
        )
        .unwrap();
    let stranger = Region::new();
    let server = region.tls(&good, &[region.list(&[&revoked])]);
    let address = serve(&server, None).await;

    let unknown_key = stranger.node("school");
    // The stranger trusts our authority but is not trusted by it.
    let mut material = region.material(&good, &[]);
    material.chain = vec![CertificateDer::from_pem_slice(unknown_key.certificate_pem.as_bytes()).unwrap()];
    material.key = PrivateKeyDer::from_pem_slice(unknown_key.key_pem.as_bytes()).unwrap();
    material
        .authorities
        .push(CertificateDer::from_pem_slice(stranger.authority.certificate_pem().as_bytes()).unwrap());
    let clock: Arc<dyn Clock> = Arc::new(region.clock.clone());
    let unknown = Tls::new(material, clock).unwrap();

    for (client, says) in [
        (region.tls(&revoked, &[]), "our certificate is revoked"),
        (region.tls_at(&ended, NOW_MS - 10 * DAY_MS), "our certificate has expired"),
        (region.tls_at(&future, NOW_MS + 10 * DAY_MS), "our certificate has expired or is not valid yet"),
        (unknown, "it does not trust the authority of our certificate"),
    ] {
        let error = ping(&client, &address, &spiffe("hospital"), None).await.unwrap_err();
        assert_eq!(error.kind, CallFailure::TheyRefused, "{error}");
        assert!(error.text.contains(says), "{error}");
    }
    let clock: Arc<dyn Clock> = Arc::new(region.clock.clone());
    let refused = Tls::new(region.material(&two_names, &[]), clock).unwrap_err();
    assert!(matches!(refused, TlsError::NoName { .. }), "{refused}");
}

#[tokio::test]
async fn servers_that_must_not_be_called_are_refused_with_the_reason() {
    let region = Region::new();
    let school = region.node("school");
    let hospital = region.node("hospital");
    let ended = region.authority.issue(&Holder::node("hospital"), Validity::expired(NOW_MS)).unwrap();
    let staff =
        region.authority.issue(&Holder::staff("hospital", "ana"), Validity::days(NOW_MS, 30)).unwrap();
    let client = region.tls(&school, &[region.list(&[&hospital])]);
    let no_list = region.tls(&school, &[]);

    let revoked = serve(&region.tls(&hospital, &[]), None).await;
    let error = ping(&client, &revoked, &spiffe("hospital"), None).await.unwrap_err();
    assert_eq!((error.kind, error.text.contains("revoked")), (CallFailure::WeRefused, true), "{error}");

    let error = ping(&no_list, &revoked, &spiffe("sheriff"), None).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::WeRefused);
    assert!(error.text.contains("agency/hospital, not spiffe://region.example/agency/sheriff"), "{error}");

    let error = ping(&no_list, &revoked, &spiffe("hospital"), Some([7; 32])).await.unwrap_err();
    assert_eq!((error.kind, error.text.contains("roster does not list")), (CallFailure::WeRefused, true));

    let expired = serve(&region.tls_at(&ended, NOW_MS - 10 * DAY_MS), None).await;
    let error = ping(&no_list, &expired, &spiffe("hospital"), None).await.unwrap_err();
    assert_eq!((error.kind, error.text.contains("expired")), (CallFailure::WeRefused, true), "{error}");

    // A person's certificate cannot serve: it has no leave to.
    let person = serve(&region.tls(&staff, &[]), None).await;
    let error = ping(&no_list, &person, &spiffe("hospital"), None).await.unwrap_err();
    assert_eq!((error.kind, error.text.contains("not meant for this use")), (CallFailure::WeRefused, true));

    let stranger = Region::new();
    let other = serve(&stranger.tls(&stranger.node("hospital"), &[]), None).await;
    let error = ping(&no_list, &other, &spiffe("hospital"), None).await.unwrap_err();
    assert_eq!(
        (error.kind, error.text.contains("an authority that this node trusts")),
        (CallFailure::WeRefused, true)
    );
}

#[tokio::test]
async fn wrong_ports_and_dead_ones_are_named() {
    let region = Region::new();
    let client = region.tls(&region.node("school"), &[]);
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = plain.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    });
    let error = ping(&client, &address, &spiffe("hospital"), None).await.unwrap_err();
    assert_eq!(
        (error.kind, error.text.contains("is it the right port?")),
        (CallFailure::NotTls, true),
        "{error}"
    );

    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = dead.local_addr().unwrap().to_string();
    drop(dead);
    let error = ping(&client, &address, &spiffe("hospital"), None).await.unwrap_err();
    assert_eq!((error.kind, error.text.contains(&address)), (CallFailure::Unreachable, true), "{error}");
}

#[tokio::test]
async fn a_silent_or_plain_client_does_not_stop_others() {
    let region = Region::new();
    let server = region.tls(&region.node("hospital"), &[]);
    let client = region.tls(&region.node("school"), &[]);
    let address = serve(&server, None).await;
    let silent: Vec<TcpStream> = {
        let mut silent = Vec::new();
        for _ in 0..20 {
            silent.push(TcpStream::connect(&address).await.unwrap());
        }
        silent
    };
    let mut plain = TcpStream::connect(&address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    ping(&client, &address, &spiffe("hospital"), None).await.unwrap();
    drop(silent);
}

#[tokio::test]
async fn a_new_list_refuses_new_handshakes_and_open_connections() {
    let region = Region::new();
    let (hospital, school) = (region.node("hospital"), region.node("school"));
    let server = region.tls(&hospital, &[region.list(&[])]);
    let client = region.tls(&school, &[]);
    let address = serve(&server, None).await;
    ping(&client, &address, &spiffe("hospital"), None).await.unwrap();
    let certificate = CertificateDer::from_pem_slice(school.certificate_pem.as_bytes()).unwrap();
    let peer = PeerIdentity::of_verified(&certificate).unwrap();
    server.still_valid(&peer).unwrap();

    server.reload(region.material(&hospital, &[region.list(&[&school])])).unwrap();
    assert!(matches!(server.still_valid(&peer), Err(TlsError::Revoked)));
    let error = ping(&client, &address, &spiffe("hospital"), None).await.unwrap_err();
    assert!(error.text.contains("our certificate is revoked"), "{error}");

    // A reload that would revoke the node itself is refused and changes nothing.
    let refused = server.reload(region.material(&hospital, &[region.list(&[&hospital])])).unwrap_err();
    assert!(matches!(refused, TlsError::Revoked), "{refused}");
    assert!(matches!(server.still_valid(&peer), Err(TlsError::Revoked)));
}

#[tokio::test]
async fn no_session_is_resumed() {
    let region = Region::new();
    let (hospital, school) = (region.node("hospital"), region.node("school"));
    let server = region.tls(&hospital, &[region.list(&[])]);
    let address = serve(&server, None).await;
    // A client of its own making that would gladly resume.
    let resuming = {
        let tls = region.tls(&school, &[]);
        let mut config = rustls::ClientConfig::clone(&tls.client(&spiffe("hospital"), None).unwrap());
        config.resumption = rustls::client::Resumption::in_memory_sessions(8);
        tokio_rustls::TlsConnector::from(Arc::new(config))
    };
    let name = rustls_pki_types::ServerName::try_from("node.invalid").unwrap();
    for _ in 0..3 {
        let stream = TcpStream::connect(&address).await.unwrap();
        let mut stream = resuming.connect(name.clone(), stream).await.unwrap();
        stream.write_all(b"ping").await.unwrap();
        stream.read_exact(&mut [0; 8]).await.unwrap();
        assert_eq!(stream.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Full));
    }
}

#[tokio::test]
async fn with_lists_every_authority_needs_one() {
    let region = Region::new();
    let other = Region::new();
    let mut material = region.material(&region.node("hospital"), &[region.list(&[])]);
    material.authorities = vec![
        CertificateDer::from_pem_slice(region.authority.certificate_pem().as_bytes()).unwrap(),
        CertificateDer::from_pem_slice(other.authority.certificate_pem().as_bytes()).unwrap(),
    ];
    material.revocation_lists.clear();
    let lone = other.list(&[]);
    material.revocation_lists = vec![CertificateRevocationListDer::from_pem_slice(lone.as_bytes()).unwrap()];
    let clock: Arc<dyn Clock> = Arc::new(region.clock.clone());
    assert!(Tls::new(material, clock).is_err(), "own authority has no list");
}

#[tokio::test]
async fn a_tap_sees_the_plaintext_both_ways() {
    #[derive(Default)]
    struct Seen(Mutex<(Vec<u8>, Vec<u8>)>);
    impl Tap for Seen {
        fn passed(&self, _peer: &PeerIdentity, direction: Direction, bytes: &[u8]) {
            let mut seen = self.0.lock().unwrap();
            match direction {
                Direction::In => seen.0.extend_from_slice(bytes),
                Direction::Out => seen.1.extend_from_slice(bytes),
            }
        }
    }
    let region = Region::new();
    let server = region.tls(&region.node("hospital"), &[]);
    let client = region.tls(&region.node("school"), &[]);
    let seen = Arc::new(Seen::default());
    let tap: Arc<dyn Tap> = Arc::clone(&seen) as Arc<dyn Tap>;
    let address = serve(&server, Some(tap)).await;
    ping(&client, &address, &spiffe("hospital"), None).await.unwrap();
    let seen = seen.0.lock().unwrap();
    assert_eq!(seen.0, b"ping");
    assert!(seen.1.ends_with(b"schoolping"));
}

#[test]
fn keys_that_do_not_belong_together_are_refused() {
    let region = Region::new();
    let (hospital, school) = (region.node("hospital"), region.node("school"));
    let mut material = region.material(&hospital, &[]);
    material.key = PrivateKeyDer::from_pem_slice(school.key_pem.as_bytes()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(region.clock.clone());
    let refused = Tls::new(material, clock).unwrap_err();
    assert!(matches!(refused, TlsError::BadKey(_)), "{refused}");
}

#[test]
fn files_are_read_and_their_faults_named() {
    let region = Region::new();
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key) = region.node("hospital").write(dir.path(), "node").unwrap();
    let authorities = region.authority.write(dir.path()).unwrap();
    let list = dir.path().join("revoked.crl");
    certs_dev::write_private(&list, region.list(&[]).as_bytes()).unwrap();
    let mut paths = TlsPaths { certificate, key, authorities, revocation_lists: vec![list] };
    let clock: Arc<dyn Clock> = Arc::new(region.clock.clone());
    let tls = Tls::new(TlsMaterial::read(&paths).unwrap(), clock).unwrap();
    assert_eq!(tls.own(), spiffe("hospital"));
    tls.must_be_node().unwrap();

    paths.certificate = dir.path().join("missing.pem");
    let error = TlsMaterial::read(&paths).unwrap_err();
    assert!(error.to_string().contains("missing.pem"), "{error}");
    paths.certificate = paths.revocation_lists[0].clone();
    let error = TlsMaterial::read(&paths).unwrap_err();
    assert!(error.to_string().contains("no usable certificate"), "{error}");
}

#[test]
fn an_old_revocation_list_is_used_and_reported() {
    let region = Region::new();
    let (hospital, school) = (region.node("hospital"), region.node("school"));
    let old = region.authority.revocation_list(&[&school], 1, Validity::expired(NOW_MS)).unwrap();
    let tls = region.tls(&hospital, &[old]);
    assert!(tls.lists_out_of_date());
    let certificate = CertificateDer::from_pem_slice(school.certificate_pem.as_bytes()).unwrap();
    let peer = PeerIdentity::of_verified(&certificate).unwrap();
    assert!(tls.still_valid(&peer).is_err());
    assert!(!region.tls(&hospital, &[region.list(&[])]).lists_out_of_date());
    assert!(!region.tls(&hospital, &[]).lists_out_of_date());
}

#[tokio::test]
async fn open_connections_are_bounded_and_places_return() {
    let region = Region::new();
    let server = region.tls(&region.node("hospital"), &[]);
    let client = region.tls(&region.node("school"), &[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let limits = AcceptLimits { connections_max: 2, ..AcceptLimits::default() };
    let mut connections = incoming(listener, server, limits, None);
    let call = || {
        let addresses = vec![address.clone()];
        let connector =
            Connector::new(TcpDial, Arc::clone(&client), addresses, spiffe("hospital"), None, None);
        tokio::spawn(async move { connector.connect().await.map(drop) })
    };
    let _calls = [call(), call(), call()];
    let first = connections.next().await.unwrap().unwrap();
    let _second = connections.next().await.unwrap().unwrap();
    let third = tokio::time::timeout(std::time::Duration::from_millis(100), connections.next()).await;
    assert!(third.is_err(), "only two places");
    drop(first);
    connections.next().await.unwrap().unwrap();
}
