// The audit suite of the npm package `graphql-http` against a running service: every audit with its
// outcome, and a failure when a single one isn't passed, whether it is a MUST, a SHOULD or a MAY.
// `tests/audit/run` installs the package, starts a service and calls this.
import { serverAudits } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node http.mjs URL-OF-THE-ENDPOINT");
  process.exit(2);
}

const levels = new Map();
const failed = [];
for (const audit of serverAudits({ url })) {
  const level = audit.name.match(/^(MUST|SHOULD|MAY)/)?.[0] ?? "other";
  const outcome = await audit.fn();
  const passed = outcome.status === "ok";
  console.log(`${passed ? "passed" : "FAILED"}  ${audit.id}  ${audit.name}`);
  if (!passed) failed.push(`${audit.id}  ${audit.name}: ${outcome.reason}`);
  const [good, all] = levels.get(level) ?? [0, 0];
  levels.set(level, [good + (passed ? 1 : 0), all + 1]);
}

for (const [level, [good, all]] of levels) console.log(`${level}: ${good} of ${all}`);
if (failed.length > 0) {
  console.error(failed.join("\n"));
  process.exit(1);
}
