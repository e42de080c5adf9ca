// Preloaded with --import: ends the program with SIGKILL at one named point of its work, and writes down every point it
// passes. CRASH_DIR holds `order` (which point; none when the file is missing, read anew at every point), `passed`, and
// `killed`: who ended itself last, and at which point, written before it does.
// A point is `<what> #<how many times since the order changed> <window>`:
//   a transaction on the state file   before (its commit) · after (it is durable)
//   a change at the admin socket      unsent · sent (no answer yet) · answered (not heard yet)
//   a replica's record, its process   before · after
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { flushCompileCache, syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';

const dir = process.env.CRASH_DIR;
const counts = new Map();
let order = '';

function point(what, window, isFirst) {
  const now = readOrder();
  if (now !== order) counts.clear();
  order = now;
  if (isFirst) counts.set(what, (counts.get(what) ?? 0) + 1);
  const name = `${what} #${counts.get(what) ?? 0} ${window}`;
  appendFileSync(`${dir}/passed`, `${name}\n`);
  // Whoever is killed writes no compile cache at its end; with one, a thousand starts cost a quarter less.
  if (what === 'journal lease taken') flushCompileCache();
  if (name !== order.split('\n')[1]) return;
  writeFileSync(`${dir}/killed`, `${process.pid} ${name}`);
  process.kill(process.pid, 'SIGKILL');
}

/** A line that tells one order from the next, and the point. */
function readOrder() {
  try {
    return readFileSync(`${dir}/order`, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

const sqlite = process.getBuiltinModule('node:sqlite');
/** What the open transaction of each database has written. */
const open = new WeakMap();
/** The database of each statement. */
const owners = new WeakMap();
const { exec, prepare } = sqlite.DatabaseSync.prototype;
const { run } = sqlite.StatementSync.prototype;

sqlite.DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  owners.set(statement, this);
  return statement;
};

sqlite.StatementSync.prototype.run = function (...values) {
  const written = open.get(owners.get(this));
  const what = written && nameOf(this.sourceSQL, values);
  if (what !== undefined) written.push(what);
  return run.apply(this, values);
};

sqlite.DatabaseSync.prototype.exec = function (sql) {
  if (sql === 'BEGIN IMMEDIATE') open.set(this, []);
  const written = sql === 'COMMIT' ? (open.get(this) ?? []) : [];
  if (sql === 'COMMIT' || sql === 'ROLLBACK') open.delete(this);
  const what = written.join(' + ');
  if (what !== '') point(what, 'before', true);
  exec.call(this, sql);
  if (what !== '') point(what, 'after', false);
};

function nameOf(sql, values) {
  if (sql.startsWith('INSERT INTO journal')) return `journal ${entryName(JSON.parse(values[4]).body)}`;
  if (sql.startsWith('INSERT INTO lease')) return 'lease taken';
  if (sql.startsWith('UPDATE lease')) return sql.includes('NULL') ? 'lease released' : 'lease renewed';
  if (sql.startsWith('INSERT INTO snapshot')) return 'snapshot';
  if (sql.startsWith('INSERT INTO request')) return 'request';
  if (sql.startsWith('UPDATE request')) return 'request answered';
  return undefined;
}

function entryName(body) {
  switch (body.kind) {
    case 'operation':
      return `operation ${body.operation.state}`;
    case 'step':
      return `step ${body.step}${body.part === undefined ? '' : `, slot ${body.part}`} ${body.state}`;
    case 'decision':
      return `decision ${body.decision.kind}`;
    default:
      return `${body.kind} ${body.event ?? body.state}`;
  }
}

const http = process.getBuiltinModule('node:http');
const request = http.request;
http.request = (...args) => {
  const [options, onAnswer] = args;
  if (options.socketPath === undefined || options.method === 'GET') return request(...args);
  const what = `socket ${options.method === 'POST' ? 'stamp' : 'table'}`;
  const sending = request(options, (answer) => {
    point(what, 'answered', false);
    onAnswer(answer);
  });
  const { end } = sending;
  sending.once('finish', () => point(what, 'sent', false));
  sending.end = (text) => {
    point(what, 'unsent', true);
    return end.call(sending, text);
  };
  return sending;
};

const fs = process.getBuiltinModule('node:fs');
const { renameSync } = fs;
fs.renameSync = (from, to) => {
  const what = basename(dirname(to)) === 'replicas' ? 'record' : basename(to);
  point(what, 'before', true);
  renameSync(from, to);
  point(what, 'after', false);
};

const processes = process.getBuiltinModule('node:child_process');
const { spawn } = processes;
processes.spawn = (...args) => {
  point('process', 'before', true);
  const child = spawn(...args);
  point('process', 'after', false);
  return child;
};
syncBuiltinESMExports();
