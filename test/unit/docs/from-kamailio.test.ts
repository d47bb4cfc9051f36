import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const page = readFileSync('docs/from-kamailio.md', 'utf8')

/** What the tutorials use, by kind. */
const NAMES = {
  functions:
    'exit return drop break route request_route reply_route failure_route onreply_route branch_route is_method sl_reply sl_send_reply t_reply t_relay forward append_branch t_load_contacts t_next_contacts t_on_failure t_on_reply t_on_branch t_check_status t_check_trans t_precheck_trans t_relay_to_udp record_route xlog rewritehost rewritehostport save lookup auth_check auth_challenge append_hf remove_hf sdp_remove_codecs_by_name sdp_remove_codecs_by_id sdp_keep_codecs_by_name uac_replace_from uac_req_send msg_apply_changes allow_source_address has_totag fr_timer fr_inv_timer TOCARRIER append_fromtag',
  variables: '$fU $tU $ua $rU $ru $fu $rm $rs $cs $si $fd $Rp $mb $ci $au $avp $xavp $var $shv $hdr $rb $T_reply_code',
  transformations: '{s.md5} {s.sha256} {s.encode.base64} {s.substr {uri.param',
  modules:
    'usrloc registrar auth auth_db tm sl rr maxfwd sanity siputils textops sdpops permissions dispatcher uac uacreg htable pike dmq dmq_usrloc presence rtpengine rtpproxy nathelper dialplan websocket outbound path msilo sqlops acc',
  kemi: 'ksr_request_route mod_init child_init KSR.pv.get KSR.info',
  commands:
    'kamctl kamcmd kamdbctl kamctlrc ul.dump uac.reg_dump uac.reg_reload dispatcher.list dmq.list_nodes fifo log_stderror DBURL notification_address multi_notify reg_contact_addr',
}

describe('docs/from-kamailio.md', () => {
  it.each(Object.entries(NAMES))('N01 R02 maps every one of the %s of the tutorials', (_, names) => {
    const missing = names.split(' ').filter((name) => !page.includes(name))
    expect(missing).toEqual([])
  })

  it('links to what is there', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '')
    expect(links.filter((link) => !link.startsWith('https:') && !existsSync(join('docs', link)))).toEqual([])
  })

  it('links to headings that are there', () => {
    const headings = (file: string) =>
      [...readFileSync(join('docs', file), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replace(/\s/g, '-'),
      )
    for (const [, file = '', anchor = ''] of page.matchAll(/\]\(([\w-]+\.md)#([^)]*)\)/g))
      expect(headings(file), `${file}#${anchor}`).toContain(anchor)
  })
})
