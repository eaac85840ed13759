import { expect, test } from "vitest";
import { crc64 } from "../../src/lib/crc64.ts";

// Known values of CRC-64/XZ, as unsigned decimal numbers.
test.each([
  ["", 0n],
  ["123456789", 0x995dc9bbdf1939fan],
])("the CRC-64 of %o is the published one", (text, expected) => {
  expect(crc64(new TextEncoder().encode(text))).toBe(expected.toString());
});
