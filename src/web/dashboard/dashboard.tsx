import "./dashboard.css";
import { useSignal } from "@preact/signals";
import { render } from "preact";
import { createSandbox } from "../../client/index.ts";
import { DEFAULT_SANDBOX_ID } from "../../state/sandboxId.ts";
import { endpoint, fragmentOf, linkTo } from "./address.ts";
import { Clock } from "./Clock.tsx";
import { Connect } from "./Connect.tsx";
import { Copy } from "./Copy.tsx";
import { Faults } from "./Faults.tsx";
import { Functions } from "./Functions.tsx";
import { Invocations } from "./Invocations.tsx";
import { Refused } from "./Refused.tsx";
import { Requests } from "./Requests.tsx";
import { type Refusal, refusalOf } from "./refusal.ts";
import { State } from "./State.tsx";
import {
  announcement,
  type ClosedState,
  connection,
  isClosed,
  mayControl,
  sandboxId,
  summary,
  token,
} from "./sandbox.ts";
import { retryNow, watch } from "./sync.ts";
import { Traffic } from "./Traffic.tsx";

function Dashboard() {
  const state = connection.value;
  return (
    <>
      <Header />
      <Notice />
      {isClosed(state) ? <Closed state={state} /> : summary.value ? <Panels /> : <Loading />}
      <p class="announcement" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}

function Header() {
  return (
    <header class="top">
      <h1>
        fc-sandbox <span class="id">{sandboxId.value}</span>
      </h1>
      <ConnectionBadge />
      <nav aria-label="Sandbox">
        {summary.value && <Share />}
        <a href={`docs${fragmentOf(token.value)}`}>API reference</a>
        <CreateButton />
      </nav>
    </header>
  );
}

function ConnectionBadge() {
  const state = connection.value;
  const words = {
    connecting: "Connecting",
    live: "Live",
    disconnected: "Disconnected",
    missing: "Not found",
    locked: "Locked",
    refused: "Refused",
  };
  return (
    <span class={`badge ${state}`} role="status">
      {words[state]}
      {state === "live" && !mayControl.value && ", read-only"}
    </span>
  );
}

function Share() {
  const watching = sandboxId.value === DEFAULT_SANDBOX_ID ? "Copy link" : "Copy link to watch";
  return (
    <>
      <Copy text={linkTo(endpoint, undefined)} label={watching}>
        {watching}
      </Copy>
      {token.value !== undefined && (
        <Copy text={linkTo(endpoint, token.value)} label="Copy link to control">
          Copy link to control
        </Copy>
      )}
    </>
  );
}

/** A button that creates a sandbox and opens its page. */
function CreateButton() {
  const refusal = useSignal<Refusal | undefined>(undefined);
  const create = async () => {
    refusal.value = await refusalOf(async () => {
      const { access } = await createSandbox(location.origin);
      location.assign(linkTo(access.endpoint, access.controlToken));
    });
  };
  return (
    <>
      <button type="button" class="primary" onClick={create}>
        New sandbox
      </button>
      <Refused refusal={refusal.value} />
    </>
  );
}

function Notice() {
  const state = connection.value;
  if (state === "disconnected") {
    return (
      <div class="notice warning" role="alert">
        <p>The connection was lost. What you see may be old; it is being tried again.</p>
        <button type="button" class="quiet" onClick={retryNow}>
          Try now
        </button>
      </div>
    );
  }
  if (state !== "live" || mayControl.value) return null;
  return (
    <div class="notice">
      <p>
        You are watching: nothing can be changed from here without the token in the link to control. Clients
        can use the API all the same.
      </p>
    </div>
  );
}

/** Explains why the sandbox can't be shown, and what to do instead. */
function Closed({ state }: { state: ClosedState }) {
  const words = {
    missing: [
      "There is no such sandbox",
      "The address has a mistake in it, or names a sandbox of another server. A sandbox of your own is one click away.",
    ],
    locked: [
      "This sandbox can't be watched without its token",
      "Its API may work all the same, as the examples show. To see what happens, open the link that its owner has, or make a sandbox of your own.",
    ],
    refused: [
      "The token in this link is another sandbox's",
      "Ask for the link again, or look without the token where the sandbox allows it.",
    ],
  } as const;
  const [title, text] = words[state];
  return (
    <main class="closed">
      <section class="panel">
        <h2>{title}</h2>
        <p>{text}</p>
        {state === "refused" && (
          <p>
            <a href={linkTo(endpoint, undefined)}>Look without the token</a>
          </p>
        )}
      </section>
      {state === "locked" && <Connect />}
    </main>
  );
}

function Loading() {
  return (
    <main class="panels" aria-busy="true">
      {["connect", "functions", "requests"].map((name) => (
        <div key={name} class={`panel skeleton ${name}`}>
          <span class="hidden">Loading</span>
        </div>
      ))}
    </main>
  );
}

function Panels() {
  return (
    <main class="panels">
      <div class="column">
        <Connect />
        <Faults />
        <Clock />
        <State />
        <Traffic />
      </div>
      <Functions />
      <div class="column activity">
        <Invocations />
        <Requests />
      </div>
    </main>
  );
}

const root = document.getElementById("dashboard");
if (root) render(<Dashboard />, root);
watch();
