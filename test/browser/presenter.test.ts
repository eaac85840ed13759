import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { playColleague } from "../../demo/colleague.ts";
import { SandboxClient, type Snapshot } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import { hasBrowser } from "./browser.ts";
import { isLive, newSandbox, visit } from "./pages.ts";

/** What a sandbox has before the story: something of everything that the story replaces. */
const before: Snapshot = {
  settings: { functions: "declared", retryDelaysSeconds: [5] },
  clock: { mode: "frozen", time: "2031-05-01T00:00:00Z" },
  faults: [{ match: { service: "shop" }, effect: { type: "delay", milliseconds: 1 }, times: 3 }],
  outcomes: [{ match: { function: "report" }, outcomes: [{ type: "timeout" }] }],
  functions: { services: [{ name: "shop", functions: ["report"] }] },
  configs: [{ service: "shop", function: "report", maxAsyncRetryAttempts: 7 }],
};
/** Steps that the audience would wait for longer than any test takes. */
const LONG = "60";

function stateOf(sandbox: SandboxClient): Promise<Snapshot> {
  return sandbox.snapshot.export({ invocations: true });
}

/** The address that presents, with so many seconds for each step. */
function presenting(address: string, seconds = "0"): string {
  return address.replace(/\/(?=#|$)/, `/?present=${seconds}`);
}

const captions = (page: Page) => page.getByRole("complementary", { name: "A story in five acts" });

/** Presses the key that plays the next act, when it can be played. */
async function pressNext(page: Page): Promise<void> {
  const name = /^(Start the story|Next act|Try again)$/;
  await captions(page).getByRole("button", { name, disabled: false }).waitFor();
  await page.keyboard.press("ArrowRight");
}

/** Plays the next act by its key, to its end. */
async function playAct(page: Page, number: number): Promise<void> {
  await pressNext(page);
  await captions(page).getByText(`Act ${number} of 5`, { exact: true }).waitFor();
}

/** Begins an act whose first step takes long. */
async function beginAct(page: Page, number: number): Promise<void> {
  await pressNext(page);
  await captions(page).getByText(`Act ${number} of 5 Playing`).waitFor();
}

/** Whether the story has replaced the sandbox's configs. */
async function isStaged(sandbox: SandboxClient): Promise<boolean> {
  return (await sandbox.clock.get()).now.startsWith("2030-01-31T12:00:00");
}

describe.skipIf(!hasBrowser)("the presenter", () => {
  test("plays the story by keys, with a colleague's SDK, and brings all back", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const state = await stateOf(sandbox);
    const stopped = new AbortController();
    try {
      await playColleague(sandbox, { signal: stopped.signal });
      const page = await visit(presenting(sandbox.controlled));
      await isLive(page);
      const main = page.getByRole("main");

      await playAct(page, 1);
      const config = main.getByRole("article", { name: "orders / charge : prod" });
      await config.getByText("60 s (1 min)").first().waitFor();
      expect((await sandbox.snapshot.export()).configs).toMatchObject([
        { service: "orders", function: "charge", qualifier: "prod", maxAsyncRetryAttempts: 2 },
      ]);

      await playAct(page, 2);
      const delivery = main.getByRole("article", { name: "queue dead-letters" });
      await delivery.getByText('"approximateInvokeCount": 3').waitFor();
      await sandbox.deliveries.verify({
        condition: "onFailure",
        requestPayload: { order: 17, amount: 4200 },
      });

      await playAct(page, 3);
      await captions(page)
        .getByText(/^The PUT came from @alicloud\/fc2@v/)
        .waitFor();
      await main.getByText("It succeeded at attempt 4.").waitFor();
      await sandbox.requests.verify({ operation: "put", body: { maxAsyncRetryAttempts: 4 } }, { exactly: 1 });
      // Where a rule comes from is shown for the next invocation that is opened, too.
      await main.getByRole("link", { name: /Failed/ }).click();
      await main.getByText("It failed: none of 3 attempts succeeded.").waitFor();
      await main
        .getByText(/^set by PUT/)
        .first()
        .waitFor();

      await playAct(page, 4);
      await expect.poll(() => main.getByText("fault: Throttling").count()).toBe(2);
      await main.getByText("Retry attempts 4 → 3").waitFor();

      await playAct(page, 5);
      expect(await stateOf(sandbox)).toEqual(state);
      await captions(page).getByText("Esc ends", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await captions(page).waitFor({ state: "detached" });
    } finally {
      stopped.abort();
    }
  });

  test("sends the colleague's PUT itself where no SDK is there, in the sandbox `default`", async () => {
    const url = await servedSandbox();
    const sandbox = new SandboxClient({ endpoint: url });
    const page = await visit(`${url}/?present=0`);
    await isLive(page);
    for (const act of [1, 2, 3]) await playAct(page, act);
    await captions(page).getByText("No colleague is there, so this page has sent the PUT itself.").waitFor();
    await page.getByText("It succeeded at attempt 4.").waitFor();
    await page.keyboard.press("Escape");
    await captions(page).waitFor({ state: "detached" });
    expect((await stateOf(sandbox)).configs).toEqual([]);
  });

  test("plays one act at a time, and ends in the middle of it", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const state = await stateOf(sandbox);
    const page = await visit(presenting(sandbox.controlled, LONG));
    await isLive(page);
    await beginAct(page, 1);
    await page.keyboard.press("ArrowRight");
    await captions(page).getByRole("button", { name: "Next act" }).click({ force: true });
    await expect.poll(() => isStaged(sandbox)).toBe(true);
    await captions(page).getByText("Act 1 of 5 Playing").waitFor();
    await page.keyboard.press("Escape");
    await captions(page).waitFor({ state: "detached" });
    expect(await stateOf(sandbox)).toEqual(state);
    // It can be presented again.
    await page.getByText("More", { exact: true }).click();
    await page.getByRole("button", { name: "Present" }).click();
    await captions(page).getByRole("button", { name: "Start the story" }).waitFor();
  });

  test("brings all back when the page is left", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const state = await stateOf(sandbox);
    const page = await visit(presenting(sandbox.controlled, LONG));
    await isLive(page);
    await beginAct(page, 1);
    await expect.poll(() => isStaged(sandbox)).toBe(true);
    await page.goto(`${sandbox.endpoint}/guide`);
    await expect.poll(() => stateOf(sandbox)).toEqual(state);
    await page.goBack();
    await isLive(page);
    expect(await captions(page).getByText("The page was left during the story").count()).toBe(0);
  });

  test("brings back a state that is too large to be sent while leaving, when the page is opened again", async () => {
    const configs = Array.from({ length: 400 }, (_, index) => ({
      service: "shop",
      function: `function-${index % 4}`,
      qualifier: `alias-${index}`,
      maxAsyncRetryAttempts: 1,
      destinationConfig: { onFailure: { destination: "acs:mns:cn-hangzhou:123456:/queues/q/messages" } },
    }));
    const sandbox = await newSandbox({ snapshot: { configs } });
    const state = await stateOf(sandbox);
    const page = await visit(presenting(sandbox.controlled, LONG));
    await isLive(page);
    await beginAct(page, 1);
    await expect.poll(() => isStaged(sandbox)).toBe(true);
    await page.goto(`${sandbox.endpoint}/guide`);
    await page.goto(sandbox.controlled);
    await captions(page).getByText("The page was left during the story").waitFor();
    expect(await isStaged(sandbox)).toBe(true);
    await captions(page).getByRole("button", { name: "Bring it back" }).click();
    await captions(page).waitFor({ state: "detached" });
    expect(await stateOf(sandbox)).toEqual(state);
  });

  test("says why an act can't be played, and plays it when it is tried again", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const state = await stateOf(sandbox);
    const page = await visit(presenting(sandbox.controlled));
    await isLive(page);
    await page.route("**/async-invoke-config*", (route) => route.abort());
    await pressNext(page);
    await captions(page).getByText("This act could not be played: The sandbox did not answer.").waitFor();
    await page.unroute("**/async-invoke-config*");
    await playAct(page, 1);
    await page.getByRole("article", { name: "orders / charge : prod" }).waitFor();

    // What was there can't be brought back, and then it can.
    const problem = { title: "Unavailable", status: 503, detail: "Not now." };
    await page.route("**/_sandbox/snapshot", (route) => route.fulfill({ status: 503, json: problem }));
    await page.keyboard.press("Escape");
    await captions(page)
      .getByText("What was there before the story could not be brought back: Not now.")
      .waitFor();
    await page.unroute("**/_sandbox/snapshot");
    await captions(page).getByRole("button", { name: "Bring it back" }).click();
    await captions(page).waitFor({ state: "detached" });
    expect(await stateOf(sandbox)).toEqual(state);
  });

  test("replaces nothing when the sandbox can't take back what it has", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const state = await stateOf(sandbox);
    const page = await visit(presenting(sandbox.controlled));
    await isLive(page);
    const problem = { title: "Too large", status: 413, detail: "The snapshot is too large." };
    await page.route("**/_sandbox/snapshot", (route) => route.fulfill({ status: 413, json: problem }));
    await pressNext(page);
    await captions(page).getByText("This act could not be played: The snapshot is too large.").waitFor();
    await page.keyboard.press("Escape");
    await captions(page).waitFor({ state: "detached" });
    expect(await stateOf(sandbox)).toEqual(state);
  });

  test("plays where signatures are required, which they stay", async () => {
    const sandbox = await newSandbox({ settings: { signatures: "required" } });
    const page = await visit(presenting(sandbox.controlled));
    await isLive(page);
    await playAct(page, 1);
    await page.getByRole("article", { name: "orders / charge : prod" }).waitFor();
    expect((await sandbox.summary()).settings.signatures).toBe("required");
    const unsigned = await fetch(`${sandbox.endpoint}/2023-03-30/functions/f/async-invoke-config`);
    expect(await unsigned.json()).toMatchObject({ Code: "MissingRequiredHeader" });
    await page.keyboard.press("Escape");
    await captions(page).waitFor({ state: "detached" });
  });

  test("plays nothing for who only watches", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const state = await stateOf(sandbox);
    const page = await visit(presenting(sandbox.watched));
    await isLive(page);
    await captions(page)
      .getByText(/the story changes the sandbox, which needs the link to control/)
      .waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await captions(page).getByRole("button").allInnerTexts()).toEqual(["End"]);
    await page.keyboard.press("Escape");
    await captions(page).waitFor({ state: "detached" });
    expect(await stateOf(sandbox)).toEqual(state);
  });

  test("leaves keys to fields, menus, dialogs and the browser", async () => {
    const sandbox = await newSandbox({ snapshot: before });
    const page = await visit(
      sandbox.controlled.replace("/#", `/?view=configs&id=shop%2Freport%2FLATEST&present=${LONG}#`),
    );
    await isLive(page);
    const hint = captions(page).getByText("It sets aside the sandbox's configs");
    await hint.waitFor();
    const search = page.getByRole("searchbox");
    await search.fill("report");
    for (const key of ["ArrowRight", "PageDown", "Escape"]) await search.press(key);
    await page.getByText("More", { exact: true }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "New config" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    for (const modifier of ["Control", "Shift", "Meta"]) await page.keyboard.press(`${modifier}+ArrowRight`);
    await hint.waitFor();
    // And then the keys are the story's again.
    await captions(page).focus();
    await beginAct(page, 1);
    await page.keyboard.press("Escape");
    await captions(page).waitFor({ state: "detached" });
  });

  test.each([
    { width: 1280, height: 720 },
    { width: 768, height: 1024 },
    // 1280 by 720 at 200 %.
    { width: 640, height: 360 },
    { width: 360, height: 640 },
  ])("has captions below the content at $width by $height", async (viewport) => {
    const sandbox = await newSandbox();
    const page = await visit(presenting(sandbox.controlled), { viewport });
    await isLive(page);
    for (const act of [1, 2]) {
      await playAct(page, act);
      await page.getByRole("article").waitFor();
      const { content, top, bottom, size } = await page.evaluate(() => {
        window.scrollTo(0, document.documentElement.scrollHeight);
        const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
        const aside = box(".captions");
        const caption = document.querySelector(".captions > div > p:last-of-type") as Element;
        return {
          content: box("main")?.bottom ?? 0,
          top: aside?.top ?? 0,
          bottom: aside?.bottom ?? 0,
          size: Number.parseFloat(getComputedStyle(caption).fontSize),
        };
      });
      expect(content).toBeLessThanOrEqual(top + 1);
      expect(bottom).toBeLessThanOrEqual(viewport.height + 1);
      expect(top).toBeGreaterThanOrEqual(viewport.height / 2);
      expect(size).toBeGreaterThanOrEqual(18);
    }
  });
});
