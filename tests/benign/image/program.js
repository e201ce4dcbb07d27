// SPDX-License-Identifier: Apache-2.0
// A server and its clients, files, a child process, a worker, and enough arithmetic for the compiler to start.
const http = require("http"), fs = require("fs"), { execFileSync } = require("child_process");
const { Worker } = require("worker_threads");

let sum = 0;
for (let i = 0; i < 3e6; i++) sum = (sum + i * i) % 1000003;
fs.writeFileSync("/tmp/sum", String(sum));
execFileSync("/bin/ls", ["/"]);

const server = http.createServer((request, response) => response.end(request.url));
server.listen(0, "127.0.0.1", async () => {
    for (let i = 0; i < 200; i++) {
        const text = await (await fetch(`http://127.0.0.1:${server.address().port}/${i}`)).text();
        if (text !== `/${i}`) process.exit(1);
    }
    new Worker("require('worker_threads').parentPort.postMessage(1)", { eval: true })
        .on("message", () => process.exit(0));
});
