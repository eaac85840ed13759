import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import { hasBrowser } from "./browser.ts";
import { isLive, visit } from "./pages.ts";
import { put } from "./traffic.ts";

const OPERATOR = "operator-of-the-tests";
const QUOTA = 5;

let server: Sandbox | undefined;
const url = () => server?.url ?? "";
beforeAll(async () => {
  server = await startSandbox({
    variables: { CREATION: "invited", OPERATOR_TOKEN: OPERATOR, QUOTA_REQUESTS_PER_DAY: String(QUOTA) },
  });
});
afterAll(() => server?.close());

/** Asks an operation of the operator's. */
async function operate<T>(method: string, path: string, items?: object): Promise<T> {
  const response = await fetch(`${url()}/_sandbox${path}`, {
    method,
    headers: { Authorization: `Bearer ${OPERATOR}`, "Content-Type": "application/json" },
    ...(items && { body: JSON.stringify(items) }),
  });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return text && JSON.parse(text);
}

describe.skipIf(!hasBrowser)("a person at a server of invited teams", () => {
  test("makes a sandbox with an invitation's key, which the tab keeps, and reads why it is refused", async () => {
    const { id, key } = await operate<{ id: string; key: string }>("POST", "/invitations", {
      team: "checkout",
      sandboxes: 1,
    });
    const page = await visit(`${url()}/`);
    const field = page.getByLabel("Invitation key");
    const make = page.getByRole("button", { name: "Make a sandbox" });
    await field.waitFor();
    await make.click();
    await page.getByText("Creating a sandbox here needs an invitation").waitFor();
    await field.fill("nonsense");
    await make.click();
    await page.getByText("That is no invitation of this server.").waitFor();
    await field.fill(key);
    await make.click();
    await page.waitForURL(/\/s\/[a-z2-7]+\/#/);
    await isLive(page);

    await page.goto(`${url()}/`);
    await field.waitFor();
    expect(await field.inputValue()).toBe(key);
    expect(await page.evaluate("JSON.stringify(localStorage)")).toBe("{}");
    await make.click();
    await page.getByRole("alert").getByText("This invitation allows 1 sandboxes at a time").waitFor();
    await operate("DELETE", `/invitations/${id}`);
    await make.click();
    await page.getByRole("alert").getByText("revoked").waitFor();
    // Another tab does not have the key.
    const other = await visit(`${url()}/`);
    await field.waitFor();
    expect(await other.getByLabel("Invitation key").inputValue()).toBe("");
  });

  test("is told as soon as a quota is used up, in words of their language too", async () => {
    const sandbox = await createSandbox(url(), { invitation: OPERATOR });
    const page = await visit(`${sandbox.endpoint}/#${sandbox.access.watchToken}`);
    const chinese = await visit(`${sandbox.endpoint}/`, { locale: "zh-CN" });
    await isLive(page);
    // The page counts once more after it is live, and then after requests in a frame that it draws: the feed alone tells.
    await page.waitForResponse((response) => response.url() === `${sandbox.endpoint}/_sandbox`);
    await page.evaluate("window.requestAnimationFrame = () => 0");
    const banner = page.getByRole("alert").filter({ hasText: "A quota is used up" });
    await put(sandbox, "f");
    expect(await banner.count()).toBe(0);
    await expect.poll(async () => (await put(sandbox, "f")).status).toBe(429);
    await banner.getByText(`this sandbox has used the ${QUOTA} requests of`).waitFor();
    await banner.getByText("The server's operator can raise the quota").waitFor();
    await chinese.getByRole("alert").getByText("配额已用尽").waitFor();
  });
});
