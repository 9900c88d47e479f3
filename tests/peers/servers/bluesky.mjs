// A whole Bluesky network on loopback: directory (PLC), personal data server (PDS), AppView.
import { TestNetwork } from '@atproto/dev-env'

const [plc, pds, appview] = ['PLC_PORT', 'PDS_PORT', 'APPVIEW_PORT'].map((name) => Number(process.env[name]))
const network = await TestNetwork.create({
  plc: { port: plc },
  pds: { port: pds, hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { port: appview, dbPostgresSchema: 'bsky', publicUrl: `http://localhost:${appview}` },
})
process.on('SIGTERM', async () => {
  await network.close()
  process.exit(0)
})
console.log('READY')
