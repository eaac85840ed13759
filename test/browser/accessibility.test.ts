import { describe, expect, test } from "vitest";
import { acts, opening } from "../../demo/story.ts";
import { SERVER } from "../server.ts";
import { violations, violationsInBoth } from "./axe.ts";
import { hasBrowser } from "./browser.ts";
import { openRow } from "./functions.ts";
import {
  detail,
  execute,
  goTo,
  isLive,
  newSandbox,
  openConfig,
  openOperation,
  openOperations,
  rows,
  viewOf,
  visit,
  widthOf,
} from "./pages.ts";
import { PHONE } from "./traffic.ts";

/** The address of a sandbox's page with a token that was replaced. */
async function replaced(): Promise<string> {
  const sandbox = await newSandbox();
  await sandbox.rotate(["watchToken"]);
  return sandbox.shown;
}

describe.skipIf(!hasBrowser)("axe finds nothing serious", () => {
  test("in the dashboard and its dialogs, light and dark", async () => {
    const sandbox = await newSandbox({ snapshot: opening });
    const page = await visit(sandbox.controlled);
    await isLive(page);
    for (const act of acts(0)) await act.play(sandbox);
    await sandbox.clock.freeze();
    /** Checks the view as it is, and then with each of the dialogs that its buttons open. */
    const check = async (...buttons: string[]) => {
      expect(await violationsInBoth(page)).toEqual([]);
      for (const name of buttons) {
        await page.getByRole("button", { name, exact: true }).first().click();
        await page.getByRole("dialog").waitFor();
        expect(await violationsInBoth(page, "dialog"), name).toEqual([]);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
    };
    await page.getByText("resize : LATEST").first().waitFor();
    await check("Share");
    await goTo(page, "Configs");
    await check("Create a function", "New config");
    await openRow(page, "orders");
    await check("Publish a version", "Create an alias", "Delete service orders");
    await openRow(page, "resize");
    await page.getByText("Alias live").waitFor();
    await check();
    const config = await openConfig(page, "orders / place : prod");
    await config.getByText("set by PUT").first().waitFor();
    await check("Edit orders / place : prod", "Delete orders / place : prod", "Invoke orders / place : prod");
    await goTo(page, "Requests");
    await rows(page).first().getByRole("link").click();
    await detail(page).getByRole("article").waitFor();
    await check("Make a fault of it", "Clear");
    await goTo(page, "Invocations");
    await page.getByText("frozen", { exact: true }).waitFor();
    for (const status of ["Failed", "Succeeded"]) {
      await rows(page).getByRole("link").filter({ hasText: status }).first().click();
      await detail(page).getByText(status).first().waitFor();
      await check();
    }
    await check("Invoke a function", "Clear");
    await goTo(page, "Inbox");
    await rows(page).first().getByRole("link").click();
    await detail(page).getByRole("article").waitFor();
    await check("Clear");
    await goTo(page, "Control");
    await page.getByRole("heading", { name: "State" }).waitFor();
    await check("Add a fault", "Edit as a document", "Reset", "Delete this sandbox");
    await goTo(page, "Audit");
    await rows(page).first().getByRole("link").click();
    await detail(page).getByRole("article").waitFor();
    await check();
  }, 60_000);

  test("in the API reference with open and executed operations, light and dark", async () => {
    const sandbox = await newSandbox();
    const page = await visit(`${sandbox.endpoint}/docs#token=${sandbox.access.controlToken}`);
    await openOperations(page, "2016-08-15");
    await execute(await openOperation(page, "PutFunctionAsyncInvokeConfig_2016-08-15"));
    await openOperations(page, "control plane");
    for (const operation of ["getSandbox", "addFault", "changeSettings", "clearFaults"]) {
      await execute(await openOperation(page, operation));
    }
    await page.getByRole("button", { name: "Schemas" }).click();
    expect(await violationsInBoth(page)).toEqual([]);
  }, 180_000);

  test("in the guide and its search, light and dark, wide and on a phone", async () => {
    for (const width of [360, 1280]) {
      const page = await visit(`${SERVER}/guide`, { viewport: { width, height: 740 } });
      // A page with code, one with tables, one with pictures, one with a diagram.
      for (const path of ["clients", "fidelity", "dashboard", "architecture"]) {
        await page.goto(`${SERVER}/guide/${path}`);
        expect(await violationsInBoth(page), path).toEqual([]);
      }
      await page.getByRole("combobox").fill("retries");
      await page.getByRole("option").first().waitFor();
      expect(await violationsInBoth(page)).toEqual([]);
    }
  }, 90_000);

  test.each([
    ["empty", async () => (await newSandbox()).controlled],
    ["read-only", async () => (await newSandbox()).watched],
    ["one to watch", async () => (await newSandbox()).shown],
    ["reached by a link that has ended", async () => replaced()],
    ["locked", async () => (await newSandbox({ settings: { signatures: "required" } })).watched],
    ["missing", async () => `${SERVER}/s/nothing/`],
  ])("in the dashboard when it is %s, on a phone", async (_, address) => {
    const page = await visit(await address(), PHONE);
    await page.getByText(/^(Live|Locked|Not found|Ended)/).waitFor();
    expect(await violations(page)).toEqual([]);
    // Nothing sticks out at the side.
    expect(await widthOf(page)).toBe(360);
  });

  test("in any view at any width, where nothing sticks out", async () => {
    const sandbox = await newSandbox({ snapshot: opening });
    for (const act of acts(0)) await act.play(sandbox);
    const page = await visit(viewOf(sandbox.controlled, "configs"), PHONE);
    await isLive(page);
    for (const view of ["Configs", "Requests", "Invocations", "Inbox", "Audit", "Control", "Overview"]) {
      await page.setViewportSize({ width: 360, height: 740 });
      await goTo(page, view);
      const opens = !["Control", "Overview"].includes(view);
      if (opens) {
        await rows(page).last().waitFor();
        expect(await widthOf(page), `${view}, the list`).toBe(360);
        await rows(page).locator("a").last().click();
        await detail(page).getByRole("article").waitFor();
      } else await page.getByRole("heading", { name: /^(State|Traffic)/ }).waitFor();
      for (const width of [360, 768, 1024, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await widthOf(page), `${view} at ${width}`).toBe(width);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await violations(page), view).toEqual([]);
    }
  });
});
