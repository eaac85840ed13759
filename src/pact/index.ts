/** Contract tests with Pact, whose provider is a sandbox. */
import { Verifier, type VerifierOptions } from "@pact-foundation/pact";
import { type CreationOptions, createSandbox, requestFilter, type Snapshot } from "../client/index.ts";
import { startSandbox } from "../local/startSandbox.ts";

/** What `verifyPacts` sets itself. */
type Own = "providerBaseUrl" | "providerStatesSetupUrl" | "stateHandlers" | "requestFilter";

/** The options of Pact's verifier (`pactUrls`, or those of a broker, and all others), and those of the sandbox. */
export interface VerifyPactsOptions extends Omit<VerifierOptions, Own> {
  /** The URL of a running server, on which a sandbox is made. Default: a server is started, and closed at the end. */
  readonly server?: string;
  /** What the sandbox is made with. */
  readonly sandbox?: CreationOptions;
  /** Provider states of your own, by name, beside the built-in ones. */
  readonly states?: Readonly<Record<string, Snapshot>>;
  /**
   * Whether requests are signed with the sandbox's access key, which counts where the sandbox requires signatures. With
   * false, each request has the signature that the pact has, or none. Default: true.
   */
  readonly signs?: boolean;
}

/**
 * Verifies pacts against a sandbox of their own. Returns what the verifier says; rejects when a pact does not hold. The
 * sandbox sets up the states that the interactions name.
 */
export async function verifyPacts({
  server,
  sandbox: creation = {},
  states = {},
  signs = true,
  customProviderHeaders,
  ...options
}: VerifyPactsOptions): Promise<string> {
  const started = server === undefined ? await startSandbox() : undefined;
  try {
    const sandbox = await createSandbox(server ?? started?.url ?? "", creation);
    const { accessKeyId = "", accessKeySecret = "", controlToken = "" } = sandbox.access;
    for (const [name, snapshot] of Object.entries(states)) await sandbox.pact.define(name, snapshot);
    const verifier = new Verifier({
      logLevel: "error",
      ...options,
      providerBaseUrl: sandbox.endpoint,
      providerStatesSetupUrl: `${sandbox.endpoint}/_sandbox/pact/provider-states`,
      customProviderHeaders: { ...headersOf(customProviderHeaders), "X-Sandbox-Token": controlToken },
      ...(signs
        ? { requestFilter: requestFilter({ endpoint: sandbox.endpoint, accessKeyId, accessKeySecret }) }
        : {}),
    });
    return await verifier.verifyProvider();
  } finally {
    await started?.close();
  }
}

/** Headers that the verifier takes as an object, or as a list of `name: value`. */
function headersOf(given: VerifierOptions["customProviderHeaders"]): Record<string, string> {
  if (!Array.isArray(given)) return { ...given };
  return Object.fromEntries(
    given.map((line) => {
      const [name = "", value = ""] = line.split(/: *(.*)/s, 2);
      return [name, value];
    }),
  );
}
