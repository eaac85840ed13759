import { expect, test } from "vitest";
import { isAllowedHost } from "../../src/objects/outbound.ts";

test.each([
  ["http://hooks.example.com/a", ["hooks.example.com"], true],
  ["http://hooks.example.com:8080", ["hooks.example.com"], true],
  ["http://hooks.example.com:8080", ["hooks.example.com:8080"], true],
  ["http://hooks.example.com:8081", ["hooks.example.com:8080"], false],
  ["https://hooks.example.com", ["hooks.example.com:443"], true],
  ["http://hooks.example.com", ["hooks.example.com:443"], false],
  ["http://HOOKS.example.com", ["hooks.example.com"], true],
  ["http://a.b.example.com", ["*.example.com"], true],
  ["http://a.example.com:81", ["*.example.com:80"], false],
  ["http://example.com", ["*.example.com"], false],
  ["http://evilexample.com", ["*.example.com", "example.com"], false],
  ["http://example.com.evil.net", ["example.com"], false],
  ["http://hooks.example.com@evil.net", ["hooks.example.com"], false],
  ["http://hooks.example.com./a", ["hooks.example.com"], false],
  ["http://a.example.com.", ["*.example.com"], false],
  ["http://b\u00fccher.example", ["b.example", "*.b\u00fccher.example"], false],
  ["http://b\u00fccher.example", ["xn--bcher-kva.example"], true],
  ["http://[::1]:80", ["1", "1:80", "*.1"], false],
  ["http://[::ffff:127.0.0.1]", ["127.0.0.1"], false],
  // Other ways to write the same address.
  ["http://2130706433", ["127.0.0.1"], true],
  ["http://0x7f.1:8080", ["127.0.0.1:80"], false],
  ["http://anything", [], false],
])("%s with %j: %j", (url, hosts, allowed) => {
  expect(isAllowedHost(url, hosts)).toBe(allowed);
});
