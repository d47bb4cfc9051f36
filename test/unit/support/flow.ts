import { type FlowRegistration, type FlowState, newFlowState } from '../../../src/sip/outbound/flow-state'
import { START_MS } from './call'

export const FLOW = 'OB.tb'

export function flowOf(more: Partial<FlowState> = {}): FlowState {
  const facts = { address: FLOW, transport: 'WSS', host: 'edge.example.test', source: '192.0.2.7' } as const
  return { ...newFlowState(facts), ...more }
}

export const INSTANCE = '<urn:uuid:0c3e3f9c-1a2b-4c5d-8e9f-a0b1c2d3e4f5>'
export const CONTACT_URI = 'sip:v7kq1s0m@df7jal23ls0d.invalid;transport=ws'
/** A Contact as JsSIP writes it. */
export const JSSIP_CONTACT = `<${CONTACT_URI}>;+sip.ice;reg-id=1;+sip.instance="${INSTANCE}"`

export function registrationOf(more: Partial<FlowRegistration> = {}): FlowRegistration {
  return {
    aor: 'bob@example.test',
    key: `i:${INSTANCE};1`,
    uri: CONTACT_URI,
    contact: JSSIP_CONTACT,
    instance: INSTANCE,
    outbound: true,
    callId: 'reg-1',
    cSeq: 2,
    expiresAtMs: START_MS + 90_000,
    toldAtMs: START_MS,
    others: [],
    ...more,
  }
}
