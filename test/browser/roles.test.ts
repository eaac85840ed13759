import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { SERVER } from "../server.ts";
import { hasBrowser } from "./browser.ts";
import {
  configRow,
  copied,
  detail,
  goTo,
  isLive,
  newSandbox,
  openConfig,
  rows,
  viewOf,
  visit,
} from "./pages.ts";
import { invoke, put } from "./traffic.ts";

/** What a page offers that changes something: everything but what reads, copies, saves, or changes the page alone. */
async function changingControls(page: Page): Promise<string[]> {
  const READING =
    /^(Skip|Share|Copy|Copied|Export|Pause|← Back|Fold|Unfold|Close|Try now|Language|Times|Status|Condition|Search)/;
  const controls = page.locator("button:visible, input:visible, select:visible, textarea:visible");
  const names = await controls.evaluateAll((elements) =>
    elements.map((one) => {
      const { labels = [] } = one as HTMLInputElement;
      return one.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? one.textContent ?? "";
    }),
  );
  const isTab =
    /^(curl|Browser|Node\.js.*|Python|Go|Java|Terraform|Failed only|Destination, .*|Function, .*)$/;
  return names.map((name) => name.trim()).filter((name) => !READING.test(name) && !isTab.test(name));
}

describe.skipIf(!hasBrowser)("a watcher", () => {
  test("sees everything live where the API needs signatures, and finds no control that changes anything", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "first");
    await invoke(sandbox, "error");
    await sandbox.faults.add({ effect: { type: "delay", milliseconds: 1 } });
    await sandbox.settings({ signatures: "required" });
    const page = await visit(sandbox.shown);
    await isLive(page);
    await page.getByText("Watching", { exact: true }).waitFor();
    await page.getByText("You are watching: you see everything that happens").waitFor();
    expect(await changingControls(page)).toEqual([]);

    await goTo(page, "Configs");
    const config = await openConfig(page, "first : LATEST");
    await config.getByText("set by PUT").or(config.getByText("default (3)")).first().waitFor();
    expect(await changingControls(page)).toEqual([]);
    await goTo(page, "Requests");
    await rows(page).first().getByRole("link").click();
    await detail(page).getByRole("article").waitFor();
    expect(await changingControls(page)).toEqual([]);
    await goTo(page, "Invocations");
    await rows(page).first().getByRole("link").click();
    await detail(page).getByText("What happened").waitFor();
    expect(await changingControls(page)).toEqual([]);
    await goTo(page, "Inbox");
    await page.getByText("Nothing was delivered yet.").waitFor();
    expect(await changingControls(page)).toEqual([]);
    await goTo(page, "Control");
    await page.getByText("Delay of 1 ms").waitFor();
    expect(await changingControls(page)).toEqual([]);
    await sandbox.faults.clear();
    await page.getByText("None: every request is answered as it should be.").waitFor();
    await goTo(page, "Audit");
    await rows(page).getByText("Removed all faults").waitFor();
    expect(await changingControls(page)).toEqual([]);
    await page.getByText("More", { exact: true }).click();
    expect(await changingControls(page)).toEqual([]);
    // The list of what offers a change is one that knows changes.
    const owner = await visit(viewOf(sandbox.controlled, "control"));
    await owner.getByRole("button", { name: "Delete this sandbox" }).waitFor();
    expect(await changingControls(owner)).toEqual(
      expect.arrayContaining(["Add a fault", "Freeze", "Import", "Reset", "Signatures"]),
    );
  });

  test("changes nothing by the API either, though it needs no signature", async () => {
    const sandbox = await newSandbox();
    await put(sandbox, "first");
    const page = await visit(viewOf(sandbox.controlled, "configs"));
    await isLive(page);
    await page.getByRole("button", { name: "New config" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Service", { exact: true }).fill("");
    await dialog.getByLabel("Function", { exact: true }).fill("second");
    // The owner of the page is one who watches by now, while the form is open.
    await page.evaluate(`location.hash = ${JSON.stringify(sandbox.access.watchToken)}`);
    await page.getByText("Watching", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("the token in X-Sandbox-Token may only read").waitFor();
    expect((await sandbox.snapshot.export()).configs).toHaveLength(1);
  });

  test("without a token reads no audit, and is told why", async () => {
    const sandbox = await newSandbox();
    await sandbox.clock.freeze();
    const page = await visit(viewOf(sandbox.watched, "audit"));
    await page.getByText("The audit is shown to whoever has a token").waitFor();
    await page.getByText("Watching", { exact: true }).waitFor();
    expect(await rows(page).count()).toBe(0);
  });
});

describe.skipIf(!hasBrowser)("an owner", () => {
  test("replaces the tokens, and goes on, while whoever has the former links is cut off", async () => {
    const sandbox = await newSandbox();
    const owner = await visit(sandbox.controlled);
    const [colleague, watcher] = [await visit(sandbox.controlled), await visit(sandbox.shown)];
    for (const page of [owner, colleague, watcher]) await isLive(page);
    await goTo(owner, "Configs");
    await goTo(owner, "Audit");
    await owner.getByText("Nothing was changed by the control plane yet.").waitFor();

    await owner.getByRole("button", { name: "Share" }).click();
    const dialog = owner.getByRole("dialog", { name: "Share this sandbox" });
    const replace = dialog.getByRole("button", { name: "Replace what is chosen" });
    expect(await replace.isDisabled()).toBe(true);
    await dialog.getByLabel("Control token").check();
    await dialog.getByLabel("Watch token").check();
    await replace.click();
    const question = owner.getByRole("dialog", { name: "Replace these credentials?" });
    await question.getByText("Former links to watch end").waitFor();
    await question.getByText("Former links to control end").waitFor();
    expect(await question.getByText("Access key").count()).toBe(0);
    // The owner's own feed ends before the answer has the new token.
    await owner.route("**/credentials/rotate", async (route) => {
      const response = await route.fetch();
      for (const page of [colleague, watcher]) {
        await page.getByRole("heading", { name: "This link has ended" }).waitFor();
      }
      await route.fulfill({ response });
    });
    await question.getByRole("button", { name: "Replace", exact: true }).click();
    await dialog.getByText("The links above are the new ones").waitFor();

    const link = (name: string) => copied(owner, dialog.getByRole("button", { name: `Copy link: ${name}` }));
    const [control, watch] = [await link("To control"), await link("To watch")];
    expect(control).toMatch(/\/#1\.[\w-]{43}$/);
    expect(watch).toMatch(/\/#watch\.1\.[\w-]{43}$/);
    await owner.keyboard.press("Escape");
    const late = await visit(sandbox.shown);
    await late.getByRole("heading", { name: "This link has ended" }).waitFor();

    // This page goes on live, also where its history has the former token.
    await isLive(owner);
    expect(owner.url()).toBe(viewOf(control, "audit"));
    await rows(owner).getByText("Replaced credentials").waitFor();
    await owner.goBack();
    await owner.getByRole("button", { name: "New config" }).waitFor();
    await isLive(owner);
    await owner.waitForURL(viewOf(control, "configs"));
    await put(sandbox, "later");
    await configRow(owner, "later : LATEST").waitFor();
    await owner.reload();
    await owner.getByRole("button", { name: "New config" }).waitFor();

    await watcher.goto(watch);
    await isLive(watcher);
    await watcher.getByText("Watching", { exact: true }).waitFor();
    // Who has no token may still look where the API is open.
    await late.getByRole("link", { name: "Look without the token" }).click();
    await isLive(late);
  });

  test("replaces the access key, with which the page signs from then on", async () => {
    const sandbox = await newSandbox({ settings: { signatures: "required" } });
    const page = await visit(sandbox.controlled);
    await isLive(page);
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share this sandbox" });
    expect(await dialog.getByText("may still write by the API").count()).toBe(0);
    await dialog.getByLabel("Access key").check();
    await dialog.getByRole("button", { name: "Replace what is chosen" }).click();
    await page.getByRole("button", { name: "Replace", exact: true }).click();
    await dialog.getByText("Replaced.").waitFor();
    await page.keyboard.press("Escape");
    await goTo(page, "Configs");
    await page.getByRole("button", { name: "New config" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Function", { exact: true }).fill("signed");
    await form.getByRole("button", { name: "Save" }).click();
    await configRow(page, "demo / signed : LATEST").waitFor();
    const { accessKeySecret } = await sandbox.summary();
    expect(accessKeySecret).not.toBe(sandbox.access.accessKeySecret);
  });

  test("sees in the audit who changed what, as it happens, page by page, and exports it", async () => {
    const sandbox = await newSandbox();
    const page = await visit(viewOf(sandbox.controlled, "audit"));
    await isLive(page);
    await page.getByText("Nothing was changed by the control plane yet.").waitFor();
    await sandbox.settings({ functions: "declared" });
    const row = rows(page).getByRole("link").filter({ hasText: "Changed settings" });
    await row.click();
    const change = detail(page).getByRole("article", { name: "Changed settings" });
    await change.getByText("control token, generation 0").waitFor();
    await change.getByText("changeSettings", { exact: true }).waitFor();
    await change.getByText("PATCH /_sandbox/settings").waitFor();
    expect(await change.getByLabel("What was given").textContent()).toContain('"functions": "declared"');
    const { entries } = await sandbox.audit.list();
    await change.getByText(entries[0]?.requestId ?? "", { exact: true }).waitFor();

    for (let sent = 0; sent < 59; sent++) await sandbox.clock.freeze();
    await expect.poll(() => rows(page).first().getAttribute("aria-setsize")).toMatch(/^(5\d|60)$/);
    await page.reload();
    await rows(page).first().waitFor();
    await rows(page).first().getByRole("link").press("End");
    await expect.poll(() => rows(page).first().getAttribute("aria-setsize")).toBe("60");
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as NDJSON" }).click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe(`${sandbox.access.id}-audit.ndjson`);
    const chunks = await (await file.createReadStream()).toArray();
    expect(Buffer.concat(chunks).toString().trim().split("\n")).toHaveLength(60);
  });

  test("deletes the sandbox, after being asked, and is shown the way to the front page", async () => {
    const sandbox = await newSandbox({ label: "gone" });
    await put(sandbox, "first");
    const page = await visit(viewOf(sandbox.controlled, "control"));
    await isLive(page);
    await page.getByRole("button", { name: "Delete this sandbox" }).click();
    const question = page.getByRole("dialog", { name: `Delete ${sandbox.access.id}?` });
    await question.getByText("This can't be undone.").waitFor();
    await page.keyboard.press("Escape");
    expect((await sandbox.snapshot.export()).configs).toHaveLength(1);
    await page.getByRole("button", { name: "Delete this sandbox" }).click();
    await question.getByRole("button", { name: "Delete for good" }).click();
    await page.getByRole("heading", { name: `${sandbox.access.id} is deleted` }).waitFor();
    expect((await sandbox.snapshot.export()).configs).toEqual([]);
    expect(await page.getByRole("navigation", { name: "Views" }).count()).toBe(0);
    await page.getByRole("link", { name: "To the front page" }).click();
    await page.waitForURL(`${SERVER}/`);
    await isLive(page);
  });

  test("of the shared sandbox finds no control token to replace, and can't delete it", async () => {
    const page = await visit(viewOf(`${SERVER}/`, "control"));
    await page.getByRole("heading", { name: "State" }).waitFor();
    expect(await page.getByRole("button", { name: "Delete this sandbox" }).count()).toBe(0);
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("everyone who knows its address can do everything").waitFor();
    await dialog.getByLabel("Watch token").waitFor();
    expect(await dialog.getByLabel("Control token").count()).toBe(0);
    const watch = await copied(page, dialog.getByRole("button", { name: "Copy link: To watch" }));
    const watcher = await visit(watch);
    await watcher.getByText("Watching", { exact: true }).waitFor();
  });
});
