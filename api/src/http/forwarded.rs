//! Who called, behind proxies: `X-Forwarded-For`, as far as it is believed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(super) fn new(nets: &[IpNet]) -> Self {
        Self(nets.to_vec())
    }

    /// Whether one of them has this address.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        // A socket for both kinds of addresses tells an IPv4 peer as `::ffff:192.0.2.7`.
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// Who called, when `peer` is at the other end of the connection.
    ///
    /// Each proxy adds at the end whom it got the request from: the last one that is no proxy of
    /// ours is who called. Whatever stands before it may be invented.
    pub(super) fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let hops: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let mut caller = peer.to_canonical();
        for hop in hops.into_iter().rev() {
            if !self.has(caller) {
                break;
            }
            match address(hop.trim()) {
                Some(address) => caller = address,
                None => break,
            }
        }
        caller
    }
}

/// An address, alone or with the port that some proxies add: `192.0.2.7:4711`, `[2001:db8::7]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    };
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    address.or_else(with_port).map(|found| found.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn whoever_a_proxy_of_ours_names_has_called() {
        let proxies = Proxies::new(&["10.0.0.0/8".parse().unwrap()]);
        for (peer, forwarded, caller) in [
            ("10.0.0.1", "192.0.2.7", "192.0.2.7"),
            ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
            ("10.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
            ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
            ("10.0.0.1", "[2001:db8::7]", "2001:db8::7"),
            ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
            ("10.0.0.1", "[::ffff:192.0.2.7]:1", "192.0.2.7"),
            ("10.0.0.1", "192.0.2.7, 10.0.0.2:80", "192.0.2.7"),
            ("10.0.0.1", "[192.0.2.7]", "10.0.0.1"),
            ("10.0.0.1", "192.0.2.7:", "10.0.0.1"),
            ("10.0.0.1", "[2001:db8::7", "10.0.0.1"),
            ("::ffff:198.51.100.1", "192.0.2.7", "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(forwarded).unwrap();
            headers.insert("x-forwarded-for", value);
            let found = proxies.caller(at(peer), &headers);
            assert_eq!(found, at(caller), "{peer} for {forwarded}");
        }
    }
}
