// What `npm start` runs: builds the Worker and serves it, in one process and without a shell around it, so that signals
// reach it and its exit code counts.
await import("./build.ts");
await import("./cli.ts");
