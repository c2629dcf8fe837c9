// graphql-http's audit of a server: prints one JSON line a check that is not ok, then the count.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
const bad = results.filter(({ status }) => status !== 'ok');
for (const { id, name, status, reason } of bad) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
console.log(`${results.length - bad.length} of ${results.length}`);
