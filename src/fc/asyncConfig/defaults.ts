/** What a config says until it is told otherwise. Source: PutFunctionAsyncInvokeConfig, request parameters. */
export const defaults = { maxAsyncEventAgeInSeconds: 86_400, maxAsyncRetryAttempts: 3, stateful: false };

/**
 * How responses show what was never set, or is not there. `documented`: an item as its default, a destination as null, a
 * list's end by no `nextToken`, and no configs as `[]`. `go`: as a server in Go writes its zero values, null, null, `""` and
 * null, and no destination at all as a null `destinationConfig`. Source of the latter: the tests of the vendor's SDKs for
 * Java and Python, and of its Terraform provider, which run against the cloud.
 */
export const unsetForms = ["documented", "go"] as const;
export type UnsetForm = (typeof unsetForms)[number];
