//! An address with `https` is spoken to under a certificate that somebody vouches for whom the configuration names, or not
//! at all.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use mainstay_http::caching::outward::{Form, Provider, Purge, PurgeConfig, PurgeError};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::world::purging;

/// A certificate for this machine that vouches for itself, and its key.
fn certificate(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .expect("openssl is installed, as PostgreSQL needs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

#[tokio::test]
async fn who_is_not_vouched_for_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, key) = certificate(folder.path(), "ours");
    let (others, _) = certificate(folder.path(), "others");
    let chain = vec![CertificateDer::from_pem_file(&ours).unwrap()];
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let server = server.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let server = server.with_single_cert(chain, PrivateKeyDer::from_pem_file(&key).unwrap()).unwrap();
    let (acceptor, listener) =
        (TlsAcceptor::from(Arc::new(server)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = format!("https://{}", listener.local_addr().unwrap());
    let mut task = JoinSet::new();
    task.spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            let mut head = vec![0; 4_096];
            let length = socket.read(&mut head).await.unwrap();
            let answer: &[u8] = if head[..length].starts_with(b"PURGE / HTTP/1.1\r\n") {
                b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            } else {
                b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            };
            socket.write_all(answer).await.unwrap();
            let _ = socket.shutdown().await;
        }
    });
    let purge = async |trusted: &Path| {
        let authorities = trusted.to_str().unwrap().to_owned();
        let config = PurgeConfig { authorities, ..purging(Form::Varnish, &address) };
        Provider::all(&config).unwrap().remove(0).purge(&[]).await
    };
    purge(&ours).await.unwrap();
    let refused = purge(&others).await;
    assert!(matches!(refused, Err(PurgeError::Unreachable(_))), "{refused:?}");
    let nothing = PurgeConfig { authorities: "/nowhere".to_owned(), ..purging(Form::Varnish, &address) };
    assert!(Provider::all(&nothing).is_err());
}
