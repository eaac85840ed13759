import { glob } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { ROOT } from "../program.ts";
import { SERVER } from "../server.ts";

/** The URLs that a page refers to. */
function referencesOf(html: string, address: string): URL[] {
  return [...html.matchAll(/\b(?:href|src|srcset|data-index)="([^"]+)"/g)]
    .map(([, href = ""]) => new URL(href.replaceAll("&amp;", "&"), address))
    .filter(({ origin }) => origin === new URL(address).origin);
}

describe.each(["a sandbox's path", "the sandbox `default`"])("the guide at %s", (where) => {
  const rootOf = async () => (where === "a sandbox's path" ? (await createSandbox(SERVER)).endpoint : SERVER);

  test("has a page for every document, and every link, anchor and file of a page exists", async () => {
    const root = await rootOf();
    const fetched = new Map<string, Promise<{ readonly type: string; readonly text: string }>>();
    const get = (url: string) => {
      const known =
        fetched.get(url) ??
        fetch(url).then(async (response) => {
          expect([url, response.status, response.redirected]).toEqual([url, 200, false]);
          return { type: response.headers.get("Content-Type") ?? "", text: await response.text() };
        });
      fetched.set(url, known);
      return known;
    };
    const guide = [`${root}/guide`];
    const seen = new Set(guide);
    for (const page of guide) {
      const { text } = await get(page);
      expect(text).toMatch(/<a class="skip" href="#guide-text">/);
      for (const { href, hash } of referencesOf(text, page)) {
        const [address = ""] = href.split("#");
        // A page leads to nothing outside its sandbox.
        expect(address.startsWith(root)).toBe(true);
        const target = await get(address);
        if (hash)
          expect(target.text, `${page} leads to ${href}`).toContain(
            `id="${decodeURIComponent(hash.slice(1))}"`,
          );
        if (/\/guide(\/|$)/.test(address) && !seen.has(address)) {
          seen.add(address);
          guide.push(address);
        }
      }
    }
    const documents = await Array.fromAsync(glob("docs/**/*.md", { cwd: ROOT }));
    const pages = documents.map((file) => `${root}/guide/${file.slice("docs/".length, -".md".length)}`);
    expect(guide).toEqual(expect.arrayContaining(pages));
    const types = new Set(
      [...fetched].filter(([url]) => url.endsWith(".png")).map(async ([, got]) => (await got).type),
    );
    expect(new Set(await Promise.all(types))).toEqual(new Set(["image/png"]));
  });
});

test.each(["/guide", "/guide/wire", "/guide/decisions/0001-local-host"])(
  "%s is under the pages' policy",
  async (path) => {
    const response = await fetch(SERVER + path);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    });
    const html = await response.text();
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/);
    expect((await fetch(SERVER + path, { method: "HEAD" })).status).toBe(200);
  },
);

test.each([
  ["/guide/", "/guide"],
  ["//guide/wire/?a=b", "/guide/wire?a=b"],
])("%s leads to the page's own address", async (path, location) => {
  const response = await fetch(SERVER + path, { redirect: "manual" });
  expect([response.status, response.headers.get("Location")]).toEqual([308, location]);
});

test.each([
  "/guide/none",
  "/guide/a/b/c",
  "/guide/wire.html",
  "/guide/..%2findex",
  "/guide/decisions",
  "/guide.html",
])("%s is no page, and answers as the API does", async (path) => {
  const response = await fetch(SERVER + path);
  expect([response.status, await response.json()]).toMatchObject([400, { ErrorCode: "PathNotSupported" }]);
});

test("the guide's script is small", async () => {
  const [script] = referencesOf(await (await fetch(`${SERVER}/guide`)).text(), `${SERVER}/guide`).filter(
    ({ pathname }) => pathname.endsWith(".js"),
  );
  expect((await (await fetch(script ?? "")).arrayBuffer()).byteLength).toBeLessThan(40 * 1024);
});
