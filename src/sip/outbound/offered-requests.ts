import { type FlowState, MAX_OFFERED, type OfferedRequest, roomFor } from './flow-state'

/** Requests sent to this phone that wait for its final response: when its socket closes, they are told at once. */
export function offer(state: FlowState, request: OfferedRequest): FlowState {
  const others = settle(state, request)
  return { ...others, offered: [...others.offered, request].slice(-roomFor(state, MAX_OFFERED)) }
}

export function settle(state: FlowState, request: OfferedRequest): FlowState {
  const isOther = (o: OfferedRequest) => o.transaction !== request.transaction || o.branch !== request.branch
  return state.offered.every(isOther) ? state : { ...state, offered: state.offered.filter(isOther) }
}
