// The least that any comparison has to do: LIST the kinds side by side in pages of 500 and JSON.parse them.
//   floor.mjs SERVER TOKEN AUTHORITY-FILE PATH...
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import process from 'node:process'
import { createGunzip } from 'node:zlib'

const [server, token, authority, ...paths] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, ca: readFileSync(authority) })
const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' }

function get(path) {
  return new Promise((resolve, reject) => {
    request(new URL(path, server), { agent, headers }, (answer) => {
      const chunks = []
      const zipped = answer.headers['content-encoding'] === 'gzip'
      const body = zipped ? answer.pipe(createGunzip()) : answer
      body.on('data', (chunk) => chunks.push(chunk))
      body.on('end', () => resolve(Buffer.concat(chunks)))
      body.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}

let bytes = 0
async function list(path) {
  let items = 0
  for (let next = ''; ;) {
    const text = await get(`${path}?limit=500${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`)
    bytes += text.length
    const page = JSON.parse(text.toString('utf8'))
    items += page.items.length
    next = page.metadata.continue ?? ''
    if (next === '') return items
  }
}

const counts = await Promise.all(paths.map(list))
agent.destroy()
process.stdout.write(
  `${JSON.stringify({ items: counts.reduce((a, b) => a + b, 0), bytes, rssMb: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`,
)
