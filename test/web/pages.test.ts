import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";

/** The addresses of what a page loads. */
async function assetsOf(page: string): Promise<string[]> {
  const html = await (await fetch(page)).text();
  return [...html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(
    ([, path]) => new URL(path ?? "", page).href,
  );
}

describe.each(["/", "/docs", "/operator"])("%s", (path) => {
  test("is the page of the sandbox that its path names, under a strict policy", async () => {
    const sandbox = await createSandbox(SERVER);
    const [ofDefault, ofSandbox] = [await fetch(SERVER + path), await fetch(sandbox.endpoint + path)];
    expect(await ofSandbox.text()).toBe(await ofDefault.text());
    const policy = ofSandbox.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(Object.fromEntries(ofSandbox.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    });
  });

  test("has what it loads beside it, to be kept for ever", async () => {
    const sandbox = await createSandbox(SERVER);
    const assets = await assetsOf(sandbox.endpoint + path);
    // An icon, a style sheet and a script at least.
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const asset of assets) {
      const response = await fetch(asset);
      expect(response.status).toBe(200);
      expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
      expect(response.headers.get("Content-Type")).toMatch(
        /^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/,
      );
    }
    expect((await fetch(sandbox.endpoint + path, { method: "HEAD" })).status).toBe(200);
  });
});

test("the page of a sandbox that is not there is a page, which says so, asked for as GET or as HEAD", async () => {
  const url = `${SERVER}/s/nothing/`;
  const [got, asked] = [await fetch(url), await fetch(url, { method: "HEAD" })];
  expect([got.status, asked.status]).toEqual([200, 200]);
  expect(asked.headers.get("Content-Type")).toBe(got.headers.get("Content-Type"));
});

test("a file that no sandbox has is asked of no sandbox that is not there", async () => {
  const response = await fetch(`${SERVER}/s/nobodys/assets/nope-x.js`, {
    headers: { "X-Sandbox-Fault": "status=204" },
  });
  expect([response.status, await response.json()]).toEqual([
    403,
    { ErrorCode: "AccessDenied", ErrorMessage: "there is no sandbox 'nobodys'" },
  ]);
});

test.each(["/", "/operator"])(
  "what the first view of %s loads of script is small, and is asked for at once",
  async (path) => {
    const scripts = (await assetsOf(SERVER + path)).filter((url) => url.endsWith(".js"));
    const texts = await Promise.all(scripts.map(async (url) => (await fetch(url)).text()));
    const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
    expect(bytes).toBeLessThan(60 * 1024);
    // A script that only another script names would be asked for only when that has come.
    const imported = texts.flatMap((text) =>
      [...text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map(([, file]) => file),
    );
    const files = scripts.map((url) => url.slice(url.lastIndexOf("/") + 1));
    expect(imported.filter((file) => !files.includes(file ?? ""))).toEqual([]);
    expect(imported.length).toBeGreaterThan(0);
  },
);

test("a sandbox's page without its last slash leads to the one with it", async () => {
  const { endpoint } = await createSandbox(SERVER);
  const response = await fetch(`${endpoint}?x=1`, { redirect: "manual" });
  expect([response.status, response.headers.get("Location")]).toEqual([
    308,
    `${new URL(endpoint).pathname}/?x=1`,
  ]);
});

test.each([
  "/assets/",
  "/assets/none.js",
  "/assets/..%2findex.html",
  "/assets/%2e%2e/index.html",
  "/index.html",
])("%s is no page, and answers as the API does", async (path) => {
  const response = await fetch(SERVER + path);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ ErrorCode: "PathNotSupported" });
});

test("what a fault makes up can't act in the name of the pages", async () => {
  const sandbox = await createSandbox(SERVER);
  const own = { "content-type": "text/html", "content-security-policy": "script-src *" };
  await sandbox.faults.add({
    effect: { type: "response", status: 200, headers: own, body: "<script>1</script>" },
  });
  const response = await fetch(`${sandbox.endpoint}/2023-03-30/async-invoke-configs`);
  expect(await response.text()).toBe("<script>1</script>");
  // A sandbox directive makes the page's origin its own; policies only ever add up.
  expect(response.headers.get("Content-Security-Policy")?.split(/, ?/)).toContain("sandbox");
});

test("a page's path with a slash at its end leads to the page's own, to which its addresses are relative", async () => {
  const response = await fetch(`${SERVER}/docs/?a=b`, { redirect: "manual" });
  expect([response.status, response.headers.get("Location")]).toEqual([308, "/docs?a=b"]);
});

test.each([
  ["//docs/", "/docs"],
  ["//s/x", "/s/x/"],
])("%s leads to no other host", async (path, location) => {
  const response = await fetch(SERVER + path, { redirect: "manual" });
  expect([response.status, response.headers.get("Location")]).toEqual([308, location]);
});
