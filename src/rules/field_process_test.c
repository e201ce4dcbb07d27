/* SPDX-License-Identifier: Apache-2.0 */
/* proc.*, thread.*, user.*, group.*: of the process, its ancestors and the leaders of its groups.
 */
#include "rules/field_testing.h"

enum { INIT = 1, SSHD = 100, BASH = 200, CAT = 300 };

static void start(struct fixture *fixture)
{
    fixture_open(fixture);
    stream_begin(&fixture->s, EVENT_START, 0, 0);
    stream_number(&fixture->s, PARAM_OFFSET, 5000 * SECOND);
    stream_text(&fixture->s, PARAM_TEXT, "node-1");
    assert_int_equal(stream_feed(&fixture->s), 0);
}

/* init - sshd - bash (leads its session and group) - cat */
static void tell_family(struct fixture *fixture)
{
    struct stream *s = &fixture->s;

    stream_exec(s, INIT, "/sbin/init", 0, "/init.scope");
    stream_clone(s, INIT, SSHD, 0);
    stream_exec(s, SSHD, "/usr/sbin/sshd", 0, "/init.scope");
    stream_clone(s, SSHD, BASH, 0);
    stream_begin(s, EVENT_EXECVE, BASH, 0);
    snprintf(stream_header(s)->comm, EVENT_COMM_LEN, "bash");
    stream_text(s, PARAM_EXE_PATH, "/usr/bin/bash");
    WORDS(s, PARAM_ARGV, "-bash\0-i");
    WORDS(s, PARAM_ENVP, "HOME=/root\0LANG=C");
    stream_number(s, PARAM_SID, BASH);
    stream_number(s, PARAM_VSID, BASH);
    stream_number(s, PARAM_PGID, BASH);
    stream_number(s, PARAM_VPGID, BASH);
    stream_number(s, PARAM_VPID, BASH);
    assert_int_equal(stream_feed(s), 0);
    stream_clone(s, BASH, CAT, 0);
}

static void exec_cat(struct fixture *fixture)
{
    struct stream *s = &fixture->s;

    stream_begin(s, EVENT_EXECVE, CAT, 0);
    struct event_header *header = stream_header(s);
    snprintf(header->comm, EVENT_COMM_LEN, "cat");
    header->cap_effective = 1 | 1ull << 21;
    header->cap_permitted = 1;
    header->uid = 1000;
    header->login_uid = 1000;
    stream_text(s, PARAM_EXE_PATH, "/usr/bin/cat");
    WORDS(s, PARAM_ARGV, "/bin/cat\0-n\0a b\0/etc/shadow");
    WORDS(s, PARAM_ENVP, "HOME=/home/u\0HOMER=x\0EMPTY=");
    stream_text(s, PARAM_CWD, "/home/u");
    stream_number(s, PARAM_TTY, 34816);
    stream_number(s, PARAM_SID, BASH);
    stream_number(s, PARAM_VSID, 7);
    stream_number(s, PARAM_PGID, CAT);
    stream_number(s, PARAM_VPGID, 8);
    stream_number(s, PARAM_VPID, 9);
    stream_number(s, PARAM_VTID, 9);
    stream_number(s, PARAM_EXE_INODE, 4711);
    stream_number(s, PARAM_EXE_CTIME, 5000 * SECOND);
    stream_number(s, PARAM_EXE_MTIME, 4000 * SECOND);
    stream_number(s, PARAM_EXE_FLAGS, FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER);
    stream_number(s, PARAM_STDIO,
                  FILE_TYPE_SOCKET_INET | FILE_TYPE_FIFO << 8 | FILE_TYPE_CHARACTER << 16);
}

static void the_process(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"proc.name", "cat"},
        {"proc.exe", "/bin/cat"},
        {"proc.exepath", "/usr/bin/cat"},
        {"proc.args", "-n a b /etc/shadow"},
        {"proc.args[0]", "-n"},
        {"proc.args[1]", "a b"},
        {"proc.args[2]", "/etc/shadow"},
        {"proc.args[3]", NULL},
        {"proc.cmdline", "cat -n a b /etc/shadow"},
        {"proc.exeline", "/bin/cat -n a b /etc/shadow"},
        {"proc.cmdnargs", "3"},
        {"proc.cmdlenargs", "16"},
        {"proc.env", "HOME=/home/u HOMER=x EMPTY="},
        {"proc.env[HOME]", "/home/u"},
        {"proc.env[EMPTY]", ""},
        {"proc.env[NONE]", ""},
        {"proc.cwd", "/home/u/"},
        {"proc.tty", "34816"},
        {"proc.pid", "300"},
        {"proc.vpid", "9"},
        {"proc.sid", "7"},
        {"proc.pgid", "300"},
        {"proc.vpgid", "8"},
        {"proc.exe_ino", "4711"},
        {"proc.exe_ino.ctime", "5000000000000"},
        {"proc.exe_ino.mtime", "4000000000000"},
        {"proc.pid.ts", "5300000002100"},
        {"proc.exe_ino.ctime_duration_proc_start", "300000002100"},
        {"proc.is_exe_upper_layer", "true"},
        {"proc.is_exe_lower_layer", "false"},
        {"proc.is_exe_from_memfd", "false"},
        {"proc.is_exe_writable", "false"},
        {"proc.is_sid_leader", "false"},
        {"proc.is_pgid_leader", "true"},
        {"proc.is_vpgid_leader", "true"},
        {"proc.stdin.type", "ipv4"},
        {"proc.stdout.type", "pipe"},
        {"proc.stderr.type", "file"},
        {"fd.types", "(ipv4,pipe,file)"},
        {"fd.types[0]", "ipv4"},
        {"fd.types[7]", NULL},
        {"proc.loginshellid", "200"},
        {"proc.is_container_healthcheck", "false"},
        {"proc.vmsize", NULL},
        {"thread.cap_effective", "CAP_CHOWN CAP_SYS_ADMIN"},
        {"thread.cap_permitted", "CAP_CHOWN"},
        {"thread.cap_inheritable", ""},
        {"thread.tid", "300"},
        {"thread.vtid", "9"},
        {"thread.ismain", "true"},
        {"thread.nametid", "cat300"},
        {"user.uid", "0"},
        {"user.name", "root"},
        {"user.homedir", "/root"},
        {"user.shell", NULL},
        {"user.loginuid", "1000"},
        {"user.loginname", NULL},
        {"group.gid", "0"},
        {"group.name", "root"},
        {NULL, NULL},
    };

    start(&f);
    tell_family(&f);
    exec_cat(&f);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void its_ancestors(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"proc.pname", "bash"},
        {"proc.pexe", "-bash"},
        {"proc.pexepath", "/usr/bin/bash"},
        {"proc.pcmdline", "bash -i"},
        {"proc.ppid", "200"},
        {"proc.pvpid", "200"},
        {"proc.ppid.ts", "5200000001400"},
        {"proc.aname", "bash,sshd,init"},
        {"proc.aname[0]", "cat"},
        {"proc.aname[1]", "bash"},
        {"proc.aname[3]", "init"},
        {"proc.aname[4]", NULL},
        {"proc.aname[999999]", NULL},
        {"proc.aexepath[2]", "/usr/sbin/sshd"},
        {"proc.aexe[1]", "-bash"},
        {"proc.acmdline", "bash -i,sshd,init"},
        {"proc.acmdline[1]", "bash -i"},
        {"proc.aargs[1]", "-i"},
        {"proc.apid", "200,100,1"},
        {"proc.apid[2]", "100"},
        {"proc.aenv[1]", "HOME=/root LANG=C"},
        {"proc.aenv[LANG]", "C"},
        {"proc.aenv[NONE]", ""},
        {"proc.sname", "bash"},
        {"proc.sid.exe", "-bash"},
        {"proc.sid.exepath", "/usr/bin/bash"},
        {"proc.vpgid.name", "cat"},
        {"proc.pgid.exepath", "/usr/bin/cat"},
        {NULL, NULL},
    };
    static const struct want of_init[] = {
        {"proc.ppid", "0"},     {"proc.pname", NULL},   {"proc.aname", ""},
        {"proc.apid[1]", NULL}, {"proc.sname", "init"}, {NULL, NULL},
    };

    start(&f);
    tell_family(&f);
    exec_cat(&f);
    fixture_expect(&f, wants);
    stream_begin(&f.s, EVENT_OPEN, INIT, 0);
    fixture_expect(&f, of_init);
    fixture_close(&f);
}

static void times_go_by(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"proc.duration", "2000000000"},
        {"proc.ppid.duration", "102000000700"},
        {NULL, NULL},
    };

    start(&f);
    tell_family(&f);
    stream_begin(&f.s, EVENT_OPEN, CAT, 0);
    stream_header(&f.s)->time = start_of(CAT) + 2 * SECOND;
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void an_unknown_process(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"proc.name", "comm"},
        {"proc.exe", ""},
        {"proc.args", ""},
        {"proc.cmdline", "comm"},
        {"proc.cmdnargs", "0"},
        {"proc.env[X]", ""},
        {"proc.cwd", NULL},
        {"proc.pname", NULL},
        {"proc.ppid", NULL},
        {"proc.aname", ""},
        {"proc.exe_ino", NULL},
        {"proc.exe_ino.ctime", NULL},
        {"thread.vtid", NULL},
        {"thread.ismain", "false"},
        {"user.loginuid", "-1"},
        {"user.name", NULL},
        {"group.name", NULL},
        {"proc.stdin.type", NULL},
        {"proc.exe_ino.ctime_duration_proc_start", NULL},
        {NULL, NULL},
    };

    start(&f);
    stream_begin(&f.s, EVENT_OPEN, 77, 0);
    stream_header(&f.s)->tid = 78;
    stream_header(&f.s)->euid = stream_header(&f.s)->egid = 12345;
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void users_have_names(void **state)
{
    struct fixture f;
    static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
                                 "www:x:33:33:www:/var/www:/usr/sbin/nologin\n";
    static const char group[] = "root:x:0:\nwww-data:x:33:\n";
    static const struct want wants[] = {
        {"user.name", "www"},
        {"user.uid", "33"},
        {"user.homedir", "/var/www"},
        {"user.loginname", "root"},
        {"user.shell", "/usr/sbin/nologin"},
        {"group.name", "www-data"},
        {"evt.arg.uid", "root"},
        {"evt.rawarg.uid", "0"},
        {"evt.args", "res=0 uid=0(root)"},
        {NULL, NULL},
    };
    static const struct want unknown[] = {
        {"evt.arg.uid", "4444"},
        {"evt.res", "EPERM"},
        {"evt.args", "res=-1(EPERM) uid=4444"},
        {NULL, NULL},
    };
    static const struct want unset[] = {{"evt.arg.uid", "<NONE>"}, {NULL, NULL}};

    start(&f);
    stream_begin(&f.s, EVENT_USERS, 0, 0);
    event_writer_bytes(&f.s.writer, PARAM_PASSWD, 0, passwd, sizeof(passwd) - 1);
    event_writer_bytes(&f.s.writer, PARAM_GROUP, 0, group, sizeof(group) - 1);
    assert_int_equal(stream_feed(&f.s), 0);

    stream_begin(&f.s, EVENT_SETUID, 5, 0);
    stream_header(&f.s)->euid = stream_header(&f.s)->egid = 33;
    stream_header(&f.s)->login_uid = 0;
    stream_number(&f.s, PARAM_UID, 0);
    fixture_expect(&f, wants);

    stream_begin(&f.s, EVENT_SETUID, 5, 0);
    stream_header(&f.s)->result = -EPERM;
    stream_number(&f.s, PARAM_UID, 4444);
    fixture_expect(&f, unknown);

    stream_begin(&f.s, EVENT_SETUID, 5, 0);
    stream_number(&f.s, PARAM_UID, (uint64_t)-1);
    fixture_expect(&f, unset);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_process),      cmocka_unit_test(its_ancestors),
        cmocka_unit_test(times_go_by),      cmocka_unit_test(an_unknown_process),
        cmocka_unit_test(users_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
