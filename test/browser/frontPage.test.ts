import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import { goTo, isLive, visit } from "./pages.ts";

/** As `openssl rand -base64 32` prints: with characters that a WebSocket's subprotocol can't have. */
const OPERATOR = "q/3+Jt5nq0yJbq1n0G1ZgQ1O5r8yZk3x2hXw6d9s4fU=";
const RECENT = "Recent sandboxes of this browser";

describe.skipIf(!hasBrowser)("a person at the front page", () => {
  test("reads what it is, makes a sandbox with a label, and nothing is remembered unless allowed", async () => {
    const page = await visit(`${SERVER}/`);
    await page.getByRole("heading", { name: /sandbox of Alibaba Cloud Function Compute/ }).waitFor();
    await page.getByText("Point an unmodified client at one URL instead of the cloud").waitFor();
    expect(await page.title()).toBe("default · fc-sandbox");

    const label = page.getByLabel("Label", { exact: true });
    const make = page.getByRole("button", { name: "Make a sandbox" });
    await label.fill("no spaces");
    await make.click();
    await page.locator(".field .error").waitFor();
    expect(await label.getAttribute("aria-invalid")).toBe("true");
    await label.fill("Team-A");
    await make.click();
    await page.waitForURL(/\/s\/team-a-[a-z2-7]+\/#[\w-]{43}$/);
    await isLive(page);
    // The page of a sandbox does not say again what it is.
    expect(await make.count()).toBe(0);
    expect(await page.evaluate("JSON.stringify(localStorage)")).toBe("{}");

    await page.goto(`${SERVER}/`);
    const allow = page.getByLabel("Remember my sandboxes in this browser");
    await allow.waitFor();
    expect(await page.getByRole("region", { name: RECENT }).count()).toBe(0);
    await allow.check();
    await label.fill("team-b");
    await make.click();
    await page.waitForURL(/\/s\/team-b-/);
    await isLive(page);
    await page.goto(`${SERVER}/`);
    const link = page.getByRole("region", { name: RECENT }).getByRole("link");
    await link.waitFor();
    expect(await link.allTextContents()).toEqual([expect.stringMatching(/^team-b-/)]);
    await link.click();
    await isLive(page);
    // The link is the one to control.
    await goTo(page, "Control");
    await page.getByRole("button", { name: "Add a fault" }).waitFor();

    await page.goto(`${SERVER}/`);
    expect(await allow.isChecked()).toBe(true);
    await page.getByText("Untick it, and they are forgotten.").waitFor();
    await allow.uncheck();
    expect(await link.count()).toBe(0);
    expect(await page.evaluate("JSON.stringify(localStorage)")).toBe("{}");
    await page.reload();
    await allow.waitFor();
    expect(await link.count()).toBe(0);
  });

  test("follows the links to the guide and to the reference, also where there is no such sandbox", async () => {
    for (const url of [`${SERVER}/`, `${SERVER}/s/nothing/`]) {
      const page = await visit(url);
      for (const name of ["Read the guide", "See the API reference"]) {
        const link = page.getByRole("link", { name });
        await link.waitFor();
        const href = await link.evaluate((element) => (element as HTMLAnchorElement).href);
        expect((await fetch(href)).status, href).toBe(200);
      }
    }
  });
});

describe.skipIf(!hasBrowser).each([
  ["protected", "The shared sandbox of this server is kept for its operator. Make a sandbox of your own."],
  ["off", "This server has no shared sandbox. Make a sandbox of your own."],
])("a person at the front page where the shared sandbox is %s", (mode, reason) => {
  let server: Sandbox | undefined;
  beforeAll(async () => {
    server = await startSandbox({ variables: { DEFAULT_SANDBOX: mode, OPERATOR_TOKEN: OPERATOR } });
  });
  afterAll(() => server?.close());

  test("reads what it is and why, makes a sandbox, and follows the links", async () => {
    const url = `${server?.url}/`;
    const page = await visit(url);
    await page.getByRole("heading", { name: /sandbox of Alibaba Cloud Function Compute/ }).waitFor();
    await page.getByText(reason).waitFor();
    // The first visitor has not asked for a sandbox that could be locked or missing.
    expect(await page.getByText(/^(Locked|Not found|default)$/).count()).toBe(0);
    expect(await page.title()).toBe("fc-sandbox");
    // A view's address leads to the same.
    await page.goto(`${url}?view=configs`);
    await page.getByText(reason).waitFor();
    for (const name of ["Read the guide", "See the API reference", "Guide", "API reference"]) {
      const link = page.getByRole("link", { name, exact: true });
      const href = await link.evaluate((element) => (element as HTMLAnchorElement).href);
      expect((await fetch(href)).status, href).toBe(200);
    }
    await page.getByRole("button", { name: "Make a sandbox" }).click();
    await page.waitForURL(/\/s\/[a-z2-7]+\/#[\w-]{43}$/);
    await isLive(page);
    if (mode === "protected") {
      const operator = await visit(`${url}#token=${encodeURIComponent(OPERATOR)}`);
      await isLive(operator);
      await goTo(operator, "Control");
      await operator.getByRole("button", { name: "Add a fault" }).waitFor();
    }
  });
});
