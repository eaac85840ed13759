import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../src/documents/responseBodies.ts";
import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import { violations, violationsInBoth } from "./axe.ts";
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

describe.skipIf(!hasBrowser)("the operator", () => {
  test("signs in by the token, which is kept for the tab and never in the address, and signs out", async () => {
    const page = await visit(`${url}/operator?view=audit`);
    const field = page.getByLabel("Operator's token");
    await field.waitFor();
    // That a token is wanted is no mistake of anybody's.
    expect(await page.locator(".field .error").count()).toBe(0);
    expect(await hasFocus(field)).toBe(true);
    expect(await violationsInBoth(page)).toEqual([]);
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
    expect(await violationsInBoth(page)).toEqual([]);

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
    expect(await violationsInBoth(page, "dialog")).toEqual([]);
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
    expect(await violationsInBoth(page, "dialog")).toEqual([]);
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
    expect(await violationsInBoth(page)).toEqual([]);
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
    expect(await violationsInBoth(page, "dialog")).toEqual([]);
    await dialog.getByLabel("Valid until the end of").fill("2100-01-01");
    await dialog.getByRole("button", { name: "Make the invitation" }).click();
    const key = await copied(page, dialog.getByRole("button", { name: "Copy: Invitation key" }));
    const command = await copied(page, dialog.getByRole("button", { name: "Copy: Create a sandbox by it" }));
    expect(command).toBe(
      `curl -X POST ${url}/_sandbox/sandboxes -H "Authorization: Bearer ${key}" -d '{"label": "pr-17"}'`,
    );
    expect(await violationsInBoth(page, "dialog")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByText(key).first().waitFor({ state: "detached" });

    const byKey = { Authorization: `Bearer ${key}` };
    const made = await asked<Access>("POST", "/_sandbox/sandboxes", { label: "pr-17" }, byKey);
    for (let i = 0; i < 20; i++) {
      await fetch(`${made.endpoint}/2023-03-30/functions/pay/async-invoke-config`, {
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
    expect(await violationsInBoth(page)).toEqual([]);
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
