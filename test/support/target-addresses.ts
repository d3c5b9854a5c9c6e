/** Forbidden hosts of targets, in all forms that a URL can have. */
export const BLOCKED_HOSTS =
  `127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 017700000001 0x7f.1 127.000.000.001 0 0x0 １２７.０.０.１
127。0。0。1 ①②⑦.⓪.⓪.① 127.0.0.1. localhost LOCALHOST. loc%61lhost foo.localhost 127.0.0.1\\.example.com
[::] [::1] [::ffff:127.0.0.1] [::127.0.0.1] [::ffff:0:127.0.0.1] [::5efe:127.0.0.1] [64:ff9b::a9fe:a9fe]
[64:ff9b:1::a9fe:a9fe] [2002:7f00:1::] [2001:0:7f00:1::80ff:fffe] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1]
[2001:db8::1] [3fff::1] [100::1] 169.254.169.254 2852039166 0xA9FEA9FE 169.254.43518 169.254.170.2 100.100.100.200
192.0.0.192 168.63.129.16 metadata.google.internal kubernetes.default.svc 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1
100.64.0.1 198.18.0.1 192.0.2.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
intranet printer.local db.svc.cluster.local localhost.. foo.localhost. foo.localhost.. 127.0.0.1.. example..com
example.com.. .example.com LOC%61LHOST%2E%2E localhost。. 10.0.0.1.. metadata.google.internal.`.split(/\s+/);

/** Public hosts that look similar to forbidden ones. */
export const ALLOWED_HOSTS = [
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '198.20.0.1',
  '[2606:4700::1111]',
  'bücher.example.com',
  'example.com.',
];

/** URLs that are refused for their scheme, credentials or port. */
export const BLOCKED_URLS = [
  'file:///etc/passwd',
  'gopher://1.1.1.1/',
  'ftp://1.1.1.1/',
  'data:text/plain,x',
  'http+unix://x/',
  'javascript:0',
  'http://u@1.1.1.1/',
  'http://u:p@1.1.1.1/',
  'http://:p@1.1.1.1/',
  'http://example.com@127.0.0.1/',
  ...[0, 22, 25, 53, 6379].map((port) => `http://1.1.1.1:${port}/`),
];
