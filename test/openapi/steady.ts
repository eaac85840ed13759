const REQUEST_ID = "3f2b8c1e-5d7a-4a90-9c3e-8a1f0b6d2e47";
const UUID = /^[0-9a-f-]{36}$/;
const FC3_REQUEST_ID = "1-65bf56b2-1368aa6d-c7da7fa6a4d4";
const INVITATION = /^[a-z2-7]{16}$/;
const PUBLIC = "https://fc-sandbox.example.com";
const DAY = { day: "2030-01-01", requests: 12, posts: 0 };

/** What stands in an example for the values of these members. */
const STEADY: Readonly<Record<string, unknown>> = {
  accessKeySecret: "the-secret-of-the-access-key",
  controlToken: "the-control-token",
  watchToken: "the-watch-token",
  key: "the-invitation-key",
  token: "the-token-of-the-link",
  time: "2030-01-01T00:00:00.000Z",
  createdAt: "2030-01-01T00:00:00.000Z",
  lastUsedAt: "2030-01-01T00:00:00.000Z",
  revokedAt: "2030-01-01T00:00:00.000Z",
  expiresAt: "2031-01-01T00:00:00.000Z",
  latestDay: DAY,
  days: [DAY],
  durationMs: 1,
  headers: { "content-type": "application/json" },
  responseHeaders: { "content-type": "application/json; charset=utf-8" },
  nextToken: "the-token-of-the-next-page",
};

/** What servers answered, with what differs from run to run replaced. */
export function steady(value: unknown, servers: readonly string[]): unknown {
  let text = JSON.stringify(value, (key, item) => {
    if (key in STEADY && item !== undefined && item !== null && item !== "") return STEADY[key];
    if (/^requestId$/i.test(key) && item !== null) return /^1-/.test(item) ? FC3_REQUEST_ID : REQUEST_ID;
    if (/^(id|invitation)$/.test(key) && INVITATION.test(item)) return "abcdefghijklmnop";
    if (/^(id|serviceId|functionId)$/.test(key) && UUID.test(item)) return REQUEST_ID;
    // Of the registry: it is told of what sandboxes use a little later.
    if (key === "invitations") return item.slice(0, 1);
    if (item?.latestDay && "bytes" in item) return { ...item, bytes: 65_536, functions: 1 };
    return item?.quotas ? { ...item, sandboxes: 1, bytes: 65_536 } : item;
  });
  for (const server of servers) {
    text = text.replaceAll(server, PUBLIC).replaceAll(new URL(server).host, new URL(PUBLIC).host);
  }
  return JSON.parse(
    text
      // A delivery's message is text, with a request id in it.
      .replace(/\b1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}\b/g, FC3_REQUEST_ID)
      .replace(/(?<=\/code\/)[\w.-]+/g, "the-token-of-the-code")
      .replace(/(?<=\/#(?:\w+=)?)[\w.-]{43,}/g, "the-token-of-the-link")
      .replace(/[a-z2-7]{26}(?=["/\\])/g, "abcdefghijklmnop2345672345"),
  );
}
