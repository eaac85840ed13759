import { expect, test } from "vitest";
import { clientOf } from "../../src/web/dashboard/requests/client.ts";

test.each([
  ["curl/8.5.0", "curl 8.5.0"],
  ["node", "Node.js fetch"],
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
    "Chrome 153",
  ],
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.0.0 Safari/537.36",
    "Chrome 153",
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:139.0) Gecko/20100101 Firefox/139.0", "Firefox 139"],
  [
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
    "Safari 18",
  ],
  ["SDK(@alicloud/fc2@v2.6.6)", "@alicloud/fc2@v2.6.6"],
  ["AlibabaCloud (linux; x64) Node.js/v24.21.0 Core/1.0.1 TeaDSL/2", "Alibaba Cloud SDK, Node.js"],
  ["python-requests/2.32.0", "python-requests 2.32.0"],
  ["", ""],
])("%s is %s", (agent, client) => {
  expect(clientOf({ headers: agent === "" ? {} : { "user-agent": agent } })).toBe(client);
});
