import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../src/documents/responseBodies.ts";
import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import type { RegisteredSandbox } from "../../src/state/registry.ts";
import { violations } from "./axe.ts";
import { hasBrowser } from "./browser.ts";
import { copied, detail, hasFocus, rows, visit, widthOf } from "./pages.ts";
import { PHONE } from "./traffic.ts";

const OPERATOR = "q/3+Jt5nq0yJbq1n0G1ZgQ1O5r8yZk3x2hXw6d9s4fU=";
const AS_OPERATOR = { Authorization: `Bearer ${OPERATOR}` };
const LONG = "W".repeat(64);

let server: Sandbox | undefined;
let url = "";
beforeAll(async () => {
  const variables = {
    OPERATOR_TOKEN: OPERATOR,
    CREATION: "invited",
    DEFAULT_SANDBOX: "off",
    QUOTA_BYTES: "1000000000",
  };
  server = await startSandbox({ variables });
  url = server.url;
});
afterAll(() => server?.close());

/** Asks the control plane for JSON. */
async function asked<T>(method: string, path: string, body?: unknown, headers: object = AS_OPERATOR) {
  const given = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(url + path, { method, headers: { ...headers }, body: given });
  return (await response.json()) as T;
}

interface Access {
  readonly id: string;
  readonly endpoint: string;
  readonly controlToken: string;
}

/** A new sandbox of a new team's invitation. */
async function sandboxOf(team: string, label: string, quotas: object = {}): Promise<Access> {
  const { key } = await asked<{ key: string }>("POST", "/_sandbox/invitations", { team, ...quotas });
  return asked<Access>("POST", "/_sandbox/sandboxes", { label }, { Authorization: `Bearer ${key}` });
}

/** The operator's page at a view, opened by somebody who has signed in. */
async function signedIn(query = "", options: object = {}): Promise<Page> {
  const page = await visit(`${url}/operator${query}`, options);
  await page.locator("input[type=password]").fill(OPERATOR);
  await page.keyboard.press("Enter");
  await page.locator("nav.views").waitFor();
  return page;
}

/** Has a page be answered what a test makes up of the query, in place of what the server has at a path. */
async function answering(
  page: Page,
  path: string,
  answer: (query: URLSearchParams) => object | Promise<object>,
): Promise<void> {
  const matches = ({ pathname }: URL) => pathname === `/operator/_sandbox${path}`;
  await page.route(matches, async (route) => {
    await route.fulfill({ json: await answer(new URL(route.request().url()).searchParams) });
  });
}

function registered(index: number, changes: Partial<RegisteredSandbox> = {}): RegisteredSandbox {
  const time = new Date(Date.UTC(2026, 10, 27, 12) - index * 60_000).toISOString();
  return {
    id: `pr-${index}-${"x".repeat(26)}`,
    label: `pr-${index}`,
    team: index % 2 === 0 ? LONG : null,
    invitation: null,
    createdAt: time,
    lastUsedAt: time,
    bytes: 1_234_567 * index,
    functions: index,
    latestDay: { day: "2026-11-27", requests: 1000 * index, posts: 0 },
    throttled: index === 1 ? "this sandbox has used the 1000 requests of 2026-11-27 (UTC)" : null,
    ...changes,
  };
}

describe.skipIf(!hasBrowser)("the operator", () => {
  test("signs in by the token, which is kept for the tab and never in the address, and signs out", async () => {
    const page = await visit(`${url}/operator?view=audit`);
    const field = page.getByLabel("Operator's token");
    await field.waitFor();
    // That a token is wanted is no mistake of anybody's.
    expect(await page.locator(".field .error").count()).toBe(0);
    expect(await hasFocus(field)).toBe(true);
    expect(await violations(page)).toEqual([]);
    await field.fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator(".field .error").getByText("That is not the operator's token.").waitFor();
    await field.fill("wörter");
    await page.keyboard.press("Enter");
    await page.locator(".field .error").getByText("can't be the operator's token").waitFor();
    await field.fill(OPERATOR);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What the operator changed" }).waitFor();
    expect(page.url()).toBe(`${url}/operator?view=audit`);
    expect(await page.evaluate("JSON.stringify(localStorage)")).toBe("{}");
    await page.reload();
    await page.getByRole("heading", { name: "What the operator changed" }).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${url}/operator`);
    await other.getByLabel("Operator's token").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await field.waitFor();
    expect(await page.evaluate("JSON.stringify(sessionStorage)")).toBe("{}");
    await page.reload();
    await field.waitFor();
  });

  test("needs no token behind a proxy that says who they are, whose rule covers the page's path alone", async () => {
    const page = await visit(`${url}/operator`, { extraHTTPHeaders: AS_OPERATOR });
    const paths: string[] = [];
    page.on("request", (request) => paths.push(new URL(request.url()).pathname));
    for (const view of ["Sandboxes", "Teams", "Audit", "Overview"]) {
      await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
      await page.locator(`main.${view.toLowerCase()} h2`).first().waitFor();
    }
    expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
    const operations = paths.filter((path) => path.includes("_sandbox"));
    expect(operations.length).toBeGreaterThan(3);
    expect(operations.filter((path) => !path.startsWith("/operator/"))).toEqual([]);
    // The login ends: the proxy redirects to its own page.
    await page.route("**/operator/_sandbox/deployment", (route) =>
      route.fulfill({ status: 302, headers: { Location: "https://login.example/" } }),
    );
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("Your login has ended.").waitFor();
  });

  test("lists the sandboxes, searches them, watches one, and gives its owner a new link", async () => {
    const made = await sandboxOf("billing", "bill");
    await sandboxOf(LONG, "other");
    const page = await signedIn("?view=sandboxes");
    const row = rows(page).getByRole("link").filter({ hasText: made.id });
    await row.waitFor();
    await page.getByLabel("Beginning of the label").fill("BIL");
    await expect.poll(() => rows(page).count()).toBe(1);
    await expect.poll(() => page.url()).toContain("label=BIL");
    await page.getByLabel("Sort by").selectOption("bytes");
    await page.getByText("Filters", { exact: true }).click();
    await page.getByLabel("Team, exactly").fill("billing");
    await page.getByLabel(/^Last used/).selectOption("1");
    await page.getByText("Filters (2)").waitFor();
    await row.waitFor();
    await page.getByLabel("Throttled only").check();
    await page.getByText("No sandbox matches.").waitFor();
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await page.getByLabel("Beginning of the label").fill("no spaces");
    await page.getByRole("alert").getByText("the beginning of a label").waitFor();
    expect(await rows(page).count()).toBe(0);
    await page.getByLabel("Beginning of the label").fill("");
    await row.click();
    await detail(page).getByText("These are exact").waitFor();
    await detail(page).getByRole("link", { name: "billing" }).waitFor();
    expect(await violations(page)).toEqual([]);

    const opening = page.context().waitForEvent("page");
    await detail(page).getByRole("button", { name: "Watch" }).click();
    const tab = await opening;
    await tab.waitForURL(/\/s\/bill-.*#token=/);
    await tab.getByText(/^Live/).waitFor();
    expect(await tab.evaluate("window.opener")).toBe(null);
    const watching = new URLSearchParams(new URL(tab.url()).hash.slice(1)).get("token");
    const change = { method: "POST", headers: { Authorization: `Bearer ${watching}` } };
    expect((await fetch(`${made.endpoint}/_sandbox/reset`, change)).status).toBe(403);

    await detail(page).getByRole("button", { name: "New link to control" }).click();
    const dialog = page.getByRole("dialog");
    expect(await violations(page, "dialog")).toEqual([]);
    await dialog.getByLabel("End former links to control").check();
    await dialog.getByRole("button", { name: "Make the link" }).click();
    const link = await copied(page, dialog.getByRole("button", { name: "Copy: Link to control" }));
    const token = new URLSearchParams(new URL(link).hash.slice(1)).get("token");
    const summary = (given: string | null) =>
      fetch(`${made.endpoint}/_sandbox`, { headers: { Authorization: `Bearer ${given}` } });
    expect(await (await summary(token)).json()).toMatchObject({ id: made.id, role: "control" });
    expect((await summary(made.controlToken)).status).toBe(403);
    await page.keyboard.press("Escape");
    await page.goBack();
    await expect.poll(() => detail(page).getByText("Choose a sandbox").count()).toBe(1);
  });

  test("deletes a sandbox, by its name, after the page has said what becomes of it", async () => {
    const made = await sandboxOf("gone", "gone");
    const page = await signedIn(`?view=sandboxes&id=${made.id}`);
    await detail(page).getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog", { name: `Delete ${made.id}?` });
    await dialog.getByText("erased at once").waitFor();
    expect(await violations(page, "dialog")).toEqual([]);
    await dialog.getByRole("button", { name: "Delete" }).click();
    await detail(page).getByText("Choose a sandbox").waitFor();
    expect(await rows(page).filter({ hasText: made.id }).count()).toBe(0);
    expect(await hasFocus(page.locator(".list h2"))).toBe(true);
    expect((await fetch(`${made.endpoint}/_sandbox`)).status).not.toBe(200);
    await page.getByRole("link", { name: "Audit" }).click();
    const entry = page.getByRole("listitem").filter({ hasText: "deleteSandbox" });
    await entry.getByText(made.id).first().waitFor();
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as NDJSON" }).click();
    const chunks = await (await saving).createReadStream();
    const lines = (await chunks.toArray()).join("").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).operation)).toContain("deleteSandbox");
    expect(await violations(page)).toEqual([]);
  });

  test("invites a team, whose sandboxes and requests are then seen, and revokes the invitation", async () => {
    const page = await signedIn("?view=teams");
    await page.getByRole("button", { name: "New invitation" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Sandboxes at a time").fill("many");
    await dialog.getByRole("button", { name: "Make the invitation" }).click();
    await dialog.getByText("must be a number of sandboxes: a whole number from 1 to 1000000").waitFor();
    await dialog.getByText("must be 1 to 64 characters").waitFor();
    await dialog.getByLabel("Valid until the end of").fill("2020-01-01");
    await dialog.getByLabel("Team").fill("payments");
    await dialog.getByLabel("Sandboxes at a time").fill("1");
    await dialog.getByLabel("Requests of all its sandboxes").fill("40");
    await dialog.getByRole("button", { name: "Make the invitation" }).click();
    await dialog.getByText("expiresAt must be later than now.").waitFor();
    expect(await violations(page, "dialog")).toEqual([]);
    await dialog.getByLabel("Valid until the end of").fill("2100-01-01");
    await dialog.getByRole("button", { name: "Make the invitation" }).click();
    const key = await copied(page, dialog.getByRole("button", { name: "Copy: Invitation key" }));
    const command = await copied(page, dialog.getByRole("button", { name: "Copy: Create a sandbox by it" }));
    expect(command).toBe(
      `curl -X POST ${url}/_sandbox/sandboxes -H "Authorization: Bearer ${key}" -d '{"label": "pr-17"}'`,
    );
    expect(await violations(page, "dialog")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByText(key).first().waitFor({ state: "detached" });

    const byKey = { Authorization: `Bearer ${key}` };
    const made = await asked<Access>("POST", "/_sandbox/sandboxes", { label: "pr-17" }, byKey);
    // The last is a function's first, with which the sandbox tells what it uses.
    for (const name of [...Array<string>(20).fill("pay"), "refund"]) {
      await fetch(`${made.endpoint}/2023-03-30/functions/${name}/async-invoke-config`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      });
    }
    const team = page.getByRole("region", { name: "payments" });
    await expect
      .poll(async () => {
        await page.getByRole("button", { name: "Refresh" }).click();
        return team.getByText(/^[1-9][0-9]* of 40 \(/).count();
      })
      .toBe(1);
    await team.getByText("1 of 1 (100%)").waitFor();
    await team.getByText("2100-01-01 23:59:59").waitFor();
    expect(await violations(page)).toEqual([]);
    await team.getByRole("link", { name: "Sandboxes of payments" }).click();
    await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringContaining(made.id)]);

    await page.getByRole("link", { name: "Overview" }).click();
    const { days } = await asked<Deployment>("GET", "/_sandbox/deployment");
    const [{ day, requests } = { day: "", requests: 0 }] = days;
    expect(requests).toBeGreaterThan(0);
    await page
      .getByRole("img", { name: `Latest: ${requests} on ${day}. Most: ${requests} on ${day}.` })
      .waitFor();

    await page.goBack();
    await page.goBack();
    await team.getByRole("button", { name: /^Revoke the invitation/ }).click();
    await dialog.getByText("The sandbox that was created by it stays.").waitFor();
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await team.getByText("revoked", { exact: true }).waitFor();
    expect(await team.getByRole("button").count()).toBe(0);
    const refused = await fetch(`${url}/_sandbox/sandboxes`, { method: "POST", headers: byKey, body: "{}" });
    expect(refused.ok).toBe(false);
  });

  test("reads the usage of ninety days, days without any included, and what went wrong", async () => {
    const page = await visit(`${url}/operator`);
    const day = (ago: number) =>
      new Date(Date.UTC(2026, 10, 27) - ago * 86_400_000).toISOString().slice(0, 10);
    const { health } = await asked<Deployment>("GET", "/_sandbox/deployment");
    const message = `${LONG}${LONG}`;
    const deployment: Deployment = {
      sandboxes: 12_345,
      bytes: 250_000_000,
      days: Array.from({ length: 95 }, (_, ago) => ({
        day: day(ago),
        requests: 1000 + ago,
        posts: 95 - ago,
      })).filter(({ day: one }) => one !== day(3)),
      quotas: { requestsPerDay: 1000, sandboxBytes: null, totalBytes: 1_000_000_000 },
      health,
      errors: [
        { time: "2026-11-27T12:00:00.000Z", requestId: "1-2-3", status: 503, sandbox: "pr-1-x", message },
      ],
    };
    await answering(page, "/deployment", () => deployment);
    await answering(page, "/sandboxes", () => ({
      sandboxes: [4, 3, 2, 1, 0].map((index) => registered(index)),
    }));
    await page.reload();
    await page.getByText("250 MB of 1 GB (25%)").waitFor();
    await page.getByRole("link", { name: "12,345" }).waitFor();
    const plot = (name: string) => page.getByRole("img", { name: new RegExp(`^${name} by day`) });
    expect(await plot("Requests").getAttribute("aria-label")).toBe(
      `Requests by day. 90 days. Latest: 1,000 on ${day(0)}. Most: 1,089 on ${day(89)}.`,
    );
    const heights = await plot("Posts")
      .locator("rect")
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))));
    expect([heights.length, heights.at(-1), heights.at(-4)]).toEqual([90, 100, 0]);
    await page.getByText("As a table").click();
    expect(await page.getByRole("row").nth(4).allTextContents()).toEqual([`${day(3)}00`]);
    await page.getByText("1-2-3").waitFor();
    await page.getByText(message).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await widthOf(page)).toBe(360);
  });

  test("pages through five hundred sandboxes, and goes on where the server found nothing for long", async () => {
    const page = await visit(`${url}/operator?view=sandboxes`);
    let empty = 0;
    const pages: Record<string, (token: number) => object> = {
      "": (token) => ({
        sandboxes: Array.from({ length: 100 }, (_, index) => registered(token * 100 + index)),
        ...(token < 4 ? { nextToken: String(token + 1) } : {}),
      }),
      late: () => ({ sandboxes: [registered(7)] }),
      now: () => ({ sandboxes: [registered(8)] }),
      none: (token) => {
        empty++;
        return {
          sandboxes: token === 7 ? [registered(1)] : [],
          ...(token < 7 ? { nextToken: String(token + 1) } : {}),
        };
      },
    };
    const answers = { late: Promise.withResolvers<void>(), now: Promise.withResolvers<void>() };
    await answering(page, "/sandboxes", async (query) => {
      const label = query.get("label");
      if (label === "late" || label === "now") await answers[label].promise;
      return (pages[label ?? ""] ?? (() => ({})))(Number(query.get("nextToken") ?? 0));
    });
    await page.reload();
    await page.getByText("100, and more").waitFor();
    await page.getByText("throttled", { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    for (const shown of ["200, and more", "300, and more", "400, and more", "500"]) {
      await page.getByRole("button", { name: "Load more" }).click();
      await page.locator(".list h2").getByText(shown, { exact: true }).waitFor();
    }
    expect(await page.getByRole("button", { name: "Load more" }).count()).toBe(0);
    // Only rows in view are drawn.
    expect(await rows(page).count()).toBeLessThan(60);
    await rows(page).first().getByRole("link").focus();
    await page.keyboard.press("End");
    await rows(page).getByText("pr-499", { exact: true }).waitFor();

    await page.getByLabel("Beginning of the label").fill("none");
    await page.getByText("None matches among those that were read so far.").waitFor();
    expect(empty).toBe(5);
    await page.getByRole("button", { name: "Read on" }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(empty).toBe(8);

    // What was asked for before comes late, and is not what is searched now.
    await page.getByLabel("Beginning of the label").fill("late");
    await page.waitForRequest((request) => request.url().includes("label=late"));
    await page.getByLabel("Beginning of the label").fill("now");
    await page.waitForRequest((request) => request.url().includes("label=now"));
    const coming = page.waitForResponse((response) => response.url().includes("label=late"));
    answers.late.resolve();
    await (await coming).finished();
    await page.evaluate("new Promise(requestAnimationFrame)");
    expect(await rows(page).count()).toBe(0);
    answers.now.resolve();
    await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringContaining("pr-8")]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await widthOf(page)).toBe(360);
  });

  test("uses every view on a phone, in Chinese and in the dark, where nothing sticks out", async () => {
    await sandboxOf(LONG, "l".repeat(32));
    const options = { ...PHONE, colorScheme: "dark", locale: "zh-CN" };
    const page = await signedIn("", options);
    for (const view of ["概览", "沙箱", "团队", "审计"]) {
      await page.getByRole("navigation").getByRole("link", { name: view }).click();
      await page.locator("main h2").first().waitFor();
      await expect.poll(() => page.locator("main [aria-busy]").count()).toBe(0);
      expect(await widthOf(page), view).toBe(360);
      expect(await violations(page), view).toEqual([]);
    }
    await page.getByRole("navigation").getByRole("link", { name: "沙箱" }).click();
    await rows(page).first().getByRole("link").click();
    await detail(page).getByText("准确值").waitFor();
    expect(await widthOf(page)).toBe(360);
    expect(await violations(page)).toEqual([]);
  });

  test("is told when the server does not answer, tries again, and sees an empty deployment", async () => {
    const page = await visit(`${url}/operator?view=teams`, { extraHTTPHeaders: AS_OPERATOR });
    await page.getByRole("button", { name: "Refresh" }).waitFor();
    await page.route("**/operator/_sandbox/**", (route) => route.abort());
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("alert").getByText("The server did not answer.").waitFor();
    await page.unroute("**/operator/_sandbox/**");
    await answering(page, "/invitations", () => ({ invitations: [] }));
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("There are no invitations.").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await answering(page, "/sandboxes", () => ({ sandboxes: [] }));
    await page.getByRole("link", { name: "Sandboxes" }).click();
    await page.getByText("A sandbox is listed from its first request on.").waitFor();
    await answering(page, "/deployment/audit", () => ({ entries: [] }));
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("The operator has changed nothing yet.").waitFor();
  });

  test("finds below the page's path the operations of theirs only, in no sandbox", async () => {
    expect((await fetch(`${url}/operator`)).status).toBe(200);
    expect(await asked("GET", "/operator/_sandbox/deployment")).toMatchObject({
      health: { defaultSandbox: "off" },
    });
    for (const [method, path] of [
      ["POST", "/operator/_sandbox/sandboxes"],
      ["GET", "/operator/_sandbox/requests"],
      ["GET", "/operator/_sandbox/health"],
    ] as const) {
      const response = await fetch(url + path, {
        method,
        headers: { ...AS_OPERATOR, Origin: "https://other.example" },
      });
      expect([response.status, response.headers.get("Content-Type")]).toEqual([
        404,
        "application/problem+json",
      ]);
      expect(response.headers.get("Access-Control-Allow-Credentials")).toBe(null);
    }
  });
});

describe.skipIf(!hasBrowser)("a server without an operator", () => {
  test("says so on the page", async () => {
    const { SERVER } = await import("../server.ts");
    const page = await visit(`${SERVER}/operator`);
    await page
      .locator(".field .error")
      .getByText("it has neither OPERATOR_TOKEN nor ACCESS_TEAM_DOMAIN")
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
