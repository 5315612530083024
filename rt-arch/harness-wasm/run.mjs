// Runs a WASI command: node run.mjs MODULE ARGUMENTS...
import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';

const [, , file, ...args] = process.argv;
const wasi = new WASI({ version: 'preview1', args: [file, ...args], returnOnExit: true });
const module = await WebAssembly.compile(readFileSync(file));
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
let status;
try {
    status = wasi.start(instance);
} catch (e) {
    console.log(`FAIL: ${e.message}`);
    status = 2;
}
process.exit(status);
