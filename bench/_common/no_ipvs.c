/* IPVS for keepalived's checker on a kernel without it: each generic netlink call succeeds and changes nothing.
   Preloaded by bench/checks, so that only the checks are measured. The numbers: NL_CB_FINISH, NL_CB_ACK. */
struct nl_sock;
struct nl_msg;
typedef int (*callback)(struct nl_msg *, void *);
static callback told[16];
static void *with[16];

int genl_connect(struct nl_sock *sock) { (void)sock; return 0; }
int genl_ctrl_resolve(struct nl_sock *sock, const char *name) { (void)sock; (void)name; return 42; }
int nl_send_auto(struct nl_sock *sock, struct nl_msg *message) { (void)sock; (void)message; return 1; }
int nl_socket_modify_err_cb(struct nl_sock *sock, int kind, void *function, void *argument)
{
    (void)sock; (void)kind; (void)function; (void)argument;
    return 0;
}
int nl_socket_modify_cb(struct nl_sock *sock, int type, int kind, callback function, void *argument)
{
    (void)sock; (void)kind;
    if (type >= 0 && type < 16) {
        told[type] = function;
        with[type] = argument;
    }
    return 0;
}
int nl_recvmsgs_default(struct nl_sock *sock)
{
    (void)sock;
    if (told[4]) told[4](0, with[4]);
    if (told[1]) told[1](0, with[1]);
    return 0;
}
