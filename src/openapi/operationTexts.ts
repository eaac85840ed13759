import type { OperationName } from "../fc/operations.ts";

/** What the document says of an operation. The registry has the facts; the Worker does not carry these texts. */
interface OperationText {
  readonly summary: string;
  readonly description: string;
  /** What the body of a request is, where there is one. */
  readonly body?: string;
  /** What a response of success is. */
  readonly answer: string;
}

export const operationTexts: Readonly<Record<OperationName, OperationText>> = {
  PutAsyncInvokeConfig: {
    summary: "Create a config, or merge into it",
    description:
      "Creates the config when there is none. Otherwise the items given replace those stored and the others stay; `null` is not given. An empty destination clears the one there was.",
    body: "The items to set. No body is no item.",
    answer: "The config as it is now",
  },
  GetAsyncInvokeConfig: {
    summary: "Read a config",
    description:
      'Items that were never set read as the API\'s defaults, or as null where the setting `unset` is "go".',
    answer: "The config as it is now",
  },
  DeleteAsyncInvokeConfig: {
    summary: "Delete a config",
    description: "The config of this qualifier; others stay.",
    answer: "Deleted",
  },
  ListAsyncInvokeConfigs: {
    summary: "List configs",
    description:
      "A page of configs in the order of their names. `nextToken` is there until the last page, and stays good while configs come and go.",
    answer: "A page of configs",
  },
};
