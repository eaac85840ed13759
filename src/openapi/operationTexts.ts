import type { OperationName } from "../fc/operations.ts";

/** The texts of an operation. They are not in the registry, so that the Worker's bundle omits them. */
interface OperationText {
  readonly summary: string;
  readonly description: string;
  /** The description of the request's body, where there is one. */
  readonly body?: string;
  /** The description of a successful response. */
  readonly answer: string;
}

export const operationTexts: Readonly<Record<OperationName, OperationText>> = {
  PutAsyncInvokeConfig: {
    summary: "Create a config, or merge into it",
    description:
      "Creates the config when there is none. Otherwise the items given replace those stored and the others stay; `null` is not given. In FC 2.0, a destination that is not given stays, too; in FC 3.0, `destinationConfig` replaces both destinations. The setting `destinations` changes that.",
    body: "The items to set. No body is no item.",
    answer: "The config as it is now",
  },
  GetAsyncInvokeConfig: {
    summary: "Read a config",
    description: "Items that were never set are null.",
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
      "A page of configs in the order of their names. `nextToken` is good for the next page, also while configs come and go. The last page has none, or an empty one.",
    answer: "A page of configs",
  },
};
